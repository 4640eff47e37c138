import { expect, test } from 'vitest'
import { z } from 'zod'
import * as v from 'valibot'
import { registerWorker, type DiagnosticEvent } from '../../src/index.js'
import { createTestEngine } from '../../src/testing/create-test-engine.js'

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
  const unknown = events.flatMap((event) => (event.kind === 'unknown_option' ? [[event.option, event.nearest]] : []))
  expect(unknown).toEqual([
    ['workername', 'workerName'],
    ['invocation_timeout_ms', 'invocationTimeoutMs'],
    ['colour', undefined],
    ['maxDelay', 'maxDelayMs'],
    ['servicename', 'serviceName'],
    ['descripton', 'description'],
    ['nmespace', 'namespace'],
  ])
  await worker.ready()
  expect(await engine.call('f')).toBe(1)
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
