import { expect, test } from 'vitest'
import { connectedRig, workerRig } from '../kit/worker-rig.js'

test('a function is registered with all that describes it', async () => {
  const rig = await connectedRig()
  const options = {
    description: 'adds',
    request_format: { type: 'object' as const },
    response_format: { title: 'sum' },
    metadata: { internal: true },
  }
  rig.worker.registerFunction('add', () => 1, options)
  rig.worker.registerFunctionWith({ id: 'add2', ...options }, () => 1)
  rig.worker.register({ id: 'add3', ...options, handler: () => 1 })
  await rig.settle()

  expect(rig.link.all('registerfunction')).toEqual(
    ['add', 'add2', 'add3'].map((id) => ({ type: 'registerfunction', id, ...options })),
  )
})

test('a function served over HTTP is described and not served here', async () => {
  const rig = await connectedRig()
  const http = {
    url: 'http://127.0.0.1:9/x',
    method: 'PUT',
    timeout_ms: 5,
    headers: { a: 'b' },
    auth: { type: 'bearer', token_key: 'TOKEN' },
  } as const
  rig.worker.registerFunction('one', http)
  rig.worker.register({ id: 'two', http })
  await rig.settle()

  expect(rig.link.all('registerfunction').map(({ invocation }) => invocation)).toEqual([http, http])
})

test.each([
  [{ url: 'no url' }],
  [{ url: 5 }],
  [{}],
  [{ url: 'http://x', method: 'STEAL' }],
  [{ url: 'http://x', timeout_ms: 0 }],
  [{ url: 'http://x', headers: 'a' }],
  [{ url: 'http://x', auth: {} }],
  [{ url: 'http://x', auth: { type: 'bearer' } }],
  [{ url: 'http://x', auth: { type: 'api_key', header: 'x' } }],
  [{ url: 'http://x', auth: { type: 'toString' } }],
  [{ url: 'http://x', auth: 'bearer' }],
  [null],
  ['text'],
  [undefined],
  [5],
])('a handler that is neither a function nor an HTTP description (case %#) is refused', (handler) => {
  const rig = workerRig({ autoConnect: false })

  expect(() => rig.worker.registerFunction('f', handler as never)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error,
  )
  expect(rig.worker.stats().registeredFunctions).toBe(0)
})

test('an empty id and a registered id are rejected with the messages of the official SDK', () => {
  const rig = workerRig({ autoConnect: false })
  rig.worker.registerFunction('f', () => 1)

  expect(() => rig.worker.registerFunction('', () => 1)).toThrow('id is required')
  expect(() => rig.worker.registerFunction('f', () => 1)).toThrow('function id already registered: f')
  expect(() => rig.worker.registerService({ id: '' })).toThrow('id is required')
  expect(() => rig.worker.register({ id: 'g' })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error)
  expect(() => rig.worker.register(undefined as never)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error,
  )
})

test('options that are not JSON are refused and leave nothing registered', async () => {
  const rig = await connectedRig()

  expect(() => rig.worker.registerFunction('f', () => 1, { metadata: { n: 1n } })).toThrow(
    expect.objectContaining({ kind: 'Serde' }) as Error,
  )
  expect(() => rig.worker.registerFunction('f', () => 1, { description: 5 as never })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error,
  )
  rig.worker.registerFunction('f', () => 1)
  await rig.settle()
  expect(rig.link.all('registerfunction')).toHaveLength(1)
})

test('a trigger is registered with the namespaces it was given, else the worker’s', async () => {
  const rig = await connectedRig({ namespace: 'blue' })
  rig.worker.registerTrigger({ type: 'cron', function_id: 'f', config: { a: 1 } })
  rig.worker.registerTrigger({
    type: 'cron',
    function_id: 'f',
    config: undefined,
    metadata: { m: 1 },
    namespace: 'green',
    trigger_namespace: 'red',
  })
  await rig.settle()

  expect(rig.link.all('registertrigger')).toMatchObject([
    { namespace: 'blue', config: { a: 1 } },
    { namespace: 'green', trigger_namespace: 'red', config: null, metadata: { m: 1 } },
  ])
  expect(rig.link.all('registertrigger')[0]).not.toHaveProperty('trigger_namespace')
})

test.each([
  [undefined, 'INVALID_ARGUMENT'],
  [{ function_id: 'f', config: {} }, 'INVALID_ARGUMENT'],
  [{ type: 'cron', config: {} }, 'INVALID_ARGUMENT'],
  [{ type: 'cron', function_id: 'f', config: {}, namespace: ' ' }, 'INVALID_NAMESPACE'],
  [{ type: 'cron', function_id: 'f', config: {}, trigger_namespace: '' }, 'INVALID_NAMESPACE'],
  [{ type: 'cron', function_id: 'f', config: () => 1 }, 'serialization_error'],
])('an invalid trigger (case %#) is refused', (trigger, code) => {
  const rig = workerRig({ autoConnect: false })

  expect(() => rig.worker.registerTrigger(trigger as never)).toThrow(expect.objectContaining({ code }) as Error)
  expect(rig.worker.stats().registeredTriggers).toBe(0)
})

test('references unregister at the end of their block', async () => {
  const rig = await connectedRig()
  {
    using _function = rig.worker.registerFunction('f', () => 1)
    using _trigger = rig.worker.registerTrigger({ type: 'cron', function_id: 'f', config: {} })
  }
  await rig.settle()

  expect(rig.worker.stats()).toMatchObject({ registeredFunctions: 0, registeredTriggers: 0 })
  expect(rig.link.summary.slice(-2)).toEqual([expect.stringMatching(/^unregistertrigger/), 'unregisterfunction f'])
})
