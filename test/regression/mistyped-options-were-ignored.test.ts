import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import * as v from 'valibot'
import { defineFunction, iiiFn, installSignalHandlers, registerWorker, type DiagnosticEvent } from '../../src/index.js'
import { createPinoStream, initOtel, shutdownOtel, withSpan } from '../../src/entry/helpers/observability.js'
import { createTestEngine } from '../../src/testing/create-test-engine.js'
import type { TestEngine } from '../../src/testing/test-engine.js'

function unknownIn(events: readonly DiagnosticEvent[]): (string | undefined)[][] {
  return events.flatMap((event) =>
    event.kind === 'unknown_option' ? [[event.argument, event.option, event.nearest]] : [],
  )
}

test('an unknown option is reported with the nearest known name, and the others apply', async () => {
  await using engine = await createTestEngine({ ports: false })
  const events: DiagnosticEvent[] = []
  const worker = engine.connect({
    workername: 'a',
    invocation_timeout_ms: 5,
    colour: 'red',
    reconnectionConfig: { maxDelay: 5 },
    otel: { enabled: false, servicename: 'x' },
    diagnostics: (event: DiagnosticEvent) => events.push(event),
  } as never)
  worker.registerFunction('f', () => 1, { descripton: 'typo' } as never)
  worker.registerTrigger({ type: 'cron', function_id: 'f', config: { expression: '@daily' }, nmespace: 'x' } as never)
  expect(unknownIn(events)).toEqual([
    ['options', 'workername', 'workerName'],
    ['options', 'invocation_timeout_ms', 'invocationTimeoutMs'],
    ['options', 'colour', undefined],
    ['reconnectionConfig', 'maxDelay', 'maxDelayMs'],
    ['otel', 'servicename', 'serviceName'],
    ['registerFunction options', 'descripton', 'description'],
    ['registerTrigger options', 'nmespace', 'namespace'],
  ])
  await worker.ready()
  expect(await engine.call('f')).toBe(1)
})

test('an unknown member of a call is reported once, with the nearest known name, and the call goes on', async () => {
  await using engine = await createTestEngine({ ports: false })
  const events: DiagnosticEvent[] = []
  const worker = engine.connect({ diagnostics: (event) => events.push(event) })
  worker.registerFunction('f', (_payload, _metadata, { trigger }) =>
    trigger({ function_id: 'g', timeuotMs: 5 } as never),
  )
  worker.registerFunction('g', () => 'ran')
  await worker.ready()
  for (let round = 0; round < 3; round += 1) {
    const request = { function_id: 'f', payload: {}, timeout: 5_000, data: 1 }
    expect(await worker.trigger(request)).toBe('ran')
  }
  await expect(worker.trigger({ functionId: 'f', payload: {} } as never)).rejects.toThrow('function_id is required')
  const contract = defineFunction({ id: 'g' })
  expect(await worker.trigger(contract, {}, { time_out_ms: 5_000 } as never)).toBe('ran')
  expect(unknownIn(events)).toEqual([
    ['trigger request', 'timeout', 'timeoutMs'],
    ['trigger request', 'data', undefined],
    ['trigger request', 'timeuotMs', 'timeoutMs'],
    ['trigger request', 'functionId', 'function_id'],
    ['trigger request', 'time_out_ms', 'timeoutMs'],
  ])
})

test('unknown options of every other method are reported', async () => {
  await using engine = await createTestEngine()
  const events: DiagnosticEvent[] = []
  const worker = engine.connect({ diagnostics: (event) => events.push(event) })
  const misspelt = (options: object): never => options as never
  const handler = { registerTrigger: async () => undefined, unregisterTrigger: async () => undefined }
  worker.registerTriggerType(misspelt({ id: 't', description: '', namspace: 'x' }), handler)
  worker.registerService(misspelt({ id: 's', descripton: '' }))
  worker.registerFunction('url', misspelt({ url: 'http://127.0.0.1:1', timeoutMs: 5 }))
  await worker.ready(misspelt({ timeout: 5_000, allowRefused: true }))
  await worker.listFunctions(misspelt({ prefx: 'a' }))
  await worker.listWorkers(misspelt({ sarch: 'a' }))
  await worker.listTriggers(misspelt({ trigger_type: 'a' }))
  await worker.listTriggerTypes(misspelt({ schema: false }))
  const { writer, reader } = await worker.channels.create()
  await writer.write('a', misspelt({ singal: undefined }))
  await reader.read(misspelt({ abort: undefined }))
  installSignalHandlers(worker, misspelt({ drainTimeout: 5, signals: [] }))
  await worker.shutdownAsync(misspelt({ timeoutMs: 5 }))
  expect(unknownIn(events)).toEqual([
    ['registerTriggerType options', 'namspace', 'namespace'],
    ['registerService options', 'descripton', 'description'],
    ['invocation', 'timeoutMs', 'timeout_ms'],
    ['ready options', 'timeout', 'timeoutMs'],
    ['listFunctions options', 'prefx', 'prefix'],
    ['listWorkers options', 'sarch', 'search'],
    ['listTriggers options', 'trigger_type', 'triggerType'],
    ['listTriggerTypes options', 'schema', 'schemas'],
    ['channel options', 'singal', 'signal'],
    ['channel options', 'abort', undefined],
    ['installSignalHandlers options', 'drainTimeout', 'drainTimeoutMs'],
    ['shutdownAsync options', 'timeoutMs', undefined],
  ])
})

test.each([
  [
    () => createTestEngine({ clok: 'virtual' } as never),
    "createTestEngine has no option 'clok'; did you mean 'clock'?",
  ],
  [
    (engine: TestEngine) => engine.call('f', {}, { timeout: 5 } as never),
    "call has no option 'timeout'; did you mean 'timeoutMs'?",
  ],
  [(engine: TestEngine) => engine.waitFor(() => true, { timeout: 5 } as never), "waitFor has no option 'timeout'"],
  [(engine: TestEngine) => engine.inject({ path: '/', metod: 'POST' } as never), "did you mean 'method'?"],
])('a test engine refuses unknown options (%#)', async (attempt, message) => {
  await using engine = await createTestEngine({ ports: false })
  await expect(attempt(engine)).rejects.toThrow(message)
})

test('at most 100 names are reported', async () => {
  await using engine = await createTestEngine({ ports: false })
  const events: DiagnosticEvent[] = []
  const worker = engine.connect({ diagnostics: (event) => events.push(event) })
  worker.registerFunction('f', () => 1)
  await worker.ready()
  const computed = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`member-${String(index)}`, 1]))
  await worker.trigger({ ...computed, function_id: 'f', payload: {} })
  expect(unknownIn(events)).toHaveLength(100)
})

test.each(['maxPendingMessages', 'maxPendingBytes', 'maxRetries'])('%s has to be whole', (name) => {
  const options = { autoConnect: false, reconnectionConfig: { [name]: 2.5 } }
  expect(() => registerWorker('ws://127.0.0.1:1', options)).toThrow(/whole number/)
})

test('a schema in place of a format is converted, and one of valibot needs no converter', async () => {
  await using engine = await createTestEngine({ ports: false })
  const worker = engine.connect()
  worker.registerFunction('zod', () => 1, { request_format: z.object({ n: z.number() }) } as never)
  worker.registerFunction('valibot', () => 1, { input: v.object({ n: v.number() }) })
  await worker.ready()
  for (const function_id of ['zod', 'valibot']) {
    const info = await worker.trigger<object, { request_schema: object }>({
      function_id: 'engine::functions::info',
      payload: { function_id },
    })
    expect(info.request_schema).toMatchObject({
      type: 'object',
      properties: { n: { type: 'number' } },
      required: ['n'],
    })
  }
})

test('a trigger may name its type as the wire does', async () => {
  await using engine = await createTestEngine({ ports: false })
  const worker = engine.connect()
  worker.registerFunction('f', () => 'ran')
  worker.registerTrigger({ trigger_type: 'cron', function_id: 'f', config: { expression: '@daily' } })
  await worker.ready()
  expect(await engine.fire('cron')).toEqual(['ran'])
})

test('a misspelt option of a wrapped function is reported when it is registered', async () => {
  await using engine = await createTestEngine({ ports: false })
  const events: DiagnosticEvent[] = []
  const worker = engine.connect({ diagnostics: (event) => events.push(event) })
  worker.registerFunction(
    'f',
    iiiFn(() => 1, { inputs: z.string() } as never),
  )
  await worker.ready()
  expect(unknownIn(events)).toEqual([['iiiFn options', 'inputs', 'input']])
})

test('a misspelt option of telemetry without a worker is a warning of the process, once', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockReturnValue()
  onTestFinished(() => shutdownOtel())
  initOtel({ enabled: false, servicName: 'shop' } as never)
  createPinoStream({ messagekey: 'text' } as never)
  for (let round = 0; round < 3; round += 1)
    await withSpan('work', { traceParent: 'x' } as never, async () => undefined)
  expect(warned.mock.calls.map(([text]) => text)).toEqual([
    "Unknown option 'servicName' in initOtel config; did you mean 'serviceName'?",
    "Unknown option 'messagekey' in createPinoStream options; did you mean 'messageKey'?",
    "Unknown option 'traceParent' in withSpan options; did you mean 'traceparent'?",
  ])
})
