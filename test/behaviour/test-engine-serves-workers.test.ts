import { expect, test } from 'vitest'
import { registerWorker, TriggerAction, type TriggerConfig } from '../../src/index.js'
import { createTestEngine } from '../../src/entry/testing.js'
import { testEngine } from '../kit/local-rig.js'

const quiet = { otel: { enabled: false }, diagnostics: 'silent' } as const

test('a worker over a socket and a worker in memory call each other', async () => {
  const engine = await testEngine()
  const remote = registerWorker(engine.url, { workerName: 'remote', ...quiet })
  const local = engine.connect({ workerName: 'local' })
  remote.registerFunction('double', ({ n }: { n: number }) => n * 2)
  local.registerFunction('quadruple', async ({ n }: { n: number }) => {
    const twice = await local.trigger<object, number>({ function_id: 'double', payload: { n } })
    return local.trigger<object, number>({ function_id: 'double', payload: { n: twice } })
  })
  await Promise.all([remote.ready(), local.ready()])
  expect(await remote.trigger({ function_id: 'quadruple', payload: { n: 3 } })).toBe(12)
  expect(await engine.call('quadruple', { n: 5 })).toBe(20)
  await remote.shutdown()
})

test('HTTP triggers answer on a free port', async () => {
  const engine = await testEngine()
  const worker = engine.connect()
  worker.registerFunction('hello', ({ path_params }: { path_params: { name: string } }) => ({
    status_code: 200,
    body: `hello ${path_params.name}`,
  }))
  worker.registerTrigger({ type: 'http', function_id: 'hello', config: { api_path: '/hello/:name' } })
  await worker.ready()
  const answer = await fetch(`${engine.httpUrl!}/hello/ada`)
  expect([answer.status, await answer.text()]).toEqual([200, '"hello ada"'])
})

test('without ports the engine does not listen, and everything else works', async () => {
  const engine = await testEngine({ ports: false })
  expect(engine).toMatchObject({ url: 'memory://engine', httpUrl: undefined, streamUrl: undefined })
  const worker = engine.connect()
  worker.registerFunction('hello', ({ body }: { body: unknown }) => ({ status_code: 201, body }))
  worker.registerTrigger({ type: 'http', function_id: 'hello', config: { api_path: '/hello', http_method: 'POST' } })
  await worker.ready()
  expect(await engine.fire('http', { body: { a: 1 } })).toEqual([{ status_code: 201, body: { a: 1 } }])
  await engine.call('state::set', { scope: 's', key: 'k', value: 1 })
  expect(await engine.call('state::get', { scope: 's', key: 'k' })).toBe(1)
  await engine.call('stream::set', { stream_name: 'st', group_id: 'g', item_id: 'i', data: { x: 1 } })
  expect(await engine.call('stream::get', { stream_name: 'st', group_id: 'g', item_id: 'i' })).toEqual({ x: 1 })
})

test('a call by the engine fails with the code of the handler or of the engine', async () => {
  const engine = await testEngine({ ports: false })
  const worker = engine.connect()
  worker.registerFunction('fails', () => {
    throw new Error('boom')
  })
  worker.registerFunction('hangs', () => new Promise(() => undefined))
  await worker.ready()
  await expect(engine.call('missing')).rejects.toMatchObject({ code: 'function_not_found' })
  await expect(engine.call('fails')).rejects.toMatchObject({ code: 'invocation_failed' })
  await expect(engine.call('hangs', {}, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' })
  await expect(engine.call('hangs', {}, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
  await expect(engine.call('')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})

test('namespaces, metadata and calls reach the function', async () => {
  const engine = await testEngine({ ports: false })
  const worker = engine.connect({ namespace: 'billing' })
  worker.registerFunction('echo', (data, metadata) => ({ data: data as unknown, metadata }))
  await worker.ready()
  const answer = await engine.call('echo', { a: 1 }, { namespace: 'billing', metadata: { by: 'test' } })
  expect(answer).toEqual({ data: { a: 1 }, metadata: { by: 'test' } })
  await expect(engine.call('echo')).rejects.toMatchObject({ code: 'function_not_found' })
})

test('firing a type calls every bound function, firing an id calls one, and conditions are evaluated', async () => {
  const engine = await testEngine({ ports: false })
  const worker = engine.connect()
  const bindings: TriggerConfig<unknown>[] = []
  worker.registerTriggerType(
    { id: 'order-placed', description: 'An order was placed' },
    { registerTrigger: async (binding) => void bindings.push(binding), unregisterTrigger: async () => undefined },
  )
  worker.registerFunction('first', ({ n }) => `first ${String(n)}`)
  worker.registerFunction('second', ({ n }) => `second ${String(n)}`)
  worker.registerFunction('never', () => false)
  const condition = { condition_function_id: 'never' }
  worker.registerTrigger({ type: 'order-placed', function_id: 'first', config: {} })
  worker.registerTrigger({ type: 'order-placed', function_id: 'second', config: {} })
  worker.registerTrigger({ type: 'order-placed', function_id: 'first', config: condition })
  await worker.ready()
  expect(await engine.fire('order-placed', { n: 1 })).toEqual(['first 1', 'second 1'])
  expect(await engine.fire(bindings[1]!.id, { n: 2 })).toEqual(['second 2'])
  await expect(engine.fire('order-lost', {})).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('order-placed') as string,
  })
})

test('an enqueued call is made by the queue', async () => {
  const engine = await testEngine({ ports: false })
  const worker = engine.connect()
  const done = new Promise((resolve) => worker.registerFunction('work', resolve))
  await worker.ready()
  const receipt = await engine.enqueue('default', 'work', { n: 1 })
  expect(receipt).toEqual({ messageReceiptId: expect.any(String) as string })
  expect(await done).toEqual({ n: 1 })
  await worker.trigger({ function_id: 'work', payload: {}, action: TriggerAction.Enqueue({ queue: 'default' }) })
  await expect(engine.enqueue('nowhere', 'work', {})).rejects.toThrow(/nowhere/)
})

test('settings of built-ins are those of a configuration file', async () => {
  const queues = { queue_configs: { mail: { type: 'standard', max_retries: 1, concurrency: 1 } } }
  const engine = await testEngine({ ports: false, builtins: { 'iii-queue': queues } })
  const worker = engine.connect()
  worker.registerFunction('work', () => undefined)
  await worker.ready()
  await expect(engine.enqueue('mail', 'work', {})).resolves.toHaveProperty('messageReceiptId')
})

test.each([
  [{ port: 1 }, 'INVALID_ARGUMENT', "no option 'port'"],
  [{ ports: 'yes' }, 'INVALID_ARGUMENT', 'ports must be'],
  [{ clock: 'slow' }, 'INVALID_ARGUMENT', 'clock must be'],
  [{ latencyMs: -1 }, 'INVALID_ARGUMENT', 'latencyMs must be'],
  [{ startTime: new Date(0) }, 'INVALID_ARGUMENT', 'startTime must be'],
  [{ clock: 'virtual', startTime: new Date('x') }, 'INVALID_ARGUMENT', 'startTime must be'],
  [{ maxFrames: -1 }, 'INVALID_ARGUMENT', 'maxFrames must be'],
  [{ builtins: { 'iii-queue': { speed: 1 } } }, 'INVALID_CONFIG', 'iii-queue.speed'],
  [{ builtins: { nothing: {} } }, 'INVALID_CONFIG', 'nothing'],
  [{ rbac: { colour: 1 } }, 'INVALID_CONFIG', 'colour'],
])('the option %j is refused by name', async (options, code, text) => {
  const refusal = { code, message: expect.stringContaining(text) as string }
  await expect(createTestEngine(options as never)).rejects.toMatchObject(refusal)
})

test('a guarded listener calls the auth function, an open one does not', async () => {
  const engine = await testEngine({ rbac: { auth_function_id: 'guard', expose_functions: [{ match: 'echo' }] } })
  const open = engine.connect()
  open.registerFunction('guard', ({ headers }: { headers: Record<string, string> }) => {
    if (headers['authorization'] !== 'let me in') throw new Error('no')
    return {}
  })
  open.registerFunction('echo', (data) => data as unknown)
  await open.ready()
  const stranger = engine.connect({ guarded: true, diagnostics: 'silent', reconnectionConfig: { maxRetries: 0 } })
  await expect(stranger.ready({ timeoutMs: 2_000 })).rejects.toThrow()
  const headers = { authorization: 'let me in' }
  for (const friend of [
    engine.connect({ guarded: true, headers }),
    registerWorker(engine.guardedUrl, { headers, ...quiet }),
  ]) {
    expect(await friend.trigger({ function_id: 'echo', payload: { a: 1 } })).toMatchObject({ a: 1 })
    await friend.shutdown()
  }
})

test('engines of one process are isolated', async () => {
  const engines = await Promise.all(Array.from({ length: 10 }, () => testEngine()))
  const answers = engines.map(async (engine, index) => {
    const worker = registerWorker(engine.url, { workerName: 'same-name', ...quiet })
    worker.registerFunction('who', () => index)
    await worker.ready()
    const answer = await engine.call('who')
    await worker.shutdown()
    return answer
  })
  expect(await Promise.all(answers)).toEqual(engines.map((_, index) => index))
  expect(new Set(engines.map(({ url }) => url)).size).toBe(10)
})
