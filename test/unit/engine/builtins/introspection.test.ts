import { expect, test } from 'vitest'
import { packageVersion } from '../../../../src/version.js'
import { engineRig } from '../../../kit/engine-rig.js'
import type { Frame } from '../../../kit/raw-worker.js'

const result = (frame: Frame): Frame => frame['result'] as Frame
const code = (frame: Frame): unknown => (frame['error'] as { code: string } | undefined)?.code

test('functions are listed by id, filtered, and found by their description and metadata', async () => {
  const rig = await engineRig()
  const worker = await rig.worker({ name: 'orders' })
  const nameless = await rig.worker({})
  worker.send(
    { type: 'registerfunction', id: 'b', description: 'makes a needle', metadata: { x: 1 } },
    { type: 'registerfunction', id: 'a' },
    { type: 'registerfunction', id: 'hidden', metadata: { internal: true } },
  )
  nameless.register('shop::pay')
  await rig.settle()
  /** Functions of workers only, without those of the engine. */
  const list = async (input: Frame): Promise<unknown> => {
    const { functions } = result(await rig.call(worker, 'engine::functions::list', input))
    const ids = (functions as { function_id: string }[]).map((row) => row.function_id)
    return ids.filter((id) => !id.startsWith('configuration::'))
  }
  expect(await list({})).toEqual(['a', 'b', 'shop::pay'])
  expect(await list({ prefix: 'shop' })).toEqual(['shop::pay'])
  expect(await list({ search: 'needle' })).toEqual(['b'])
  expect(await list({ search: 'a' })).toEqual(['a', 'shop::pay', 'b'])
  expect(await list({ worker: 'orders' })).toEqual(['a', 'b'])
  expect(await list({ workers: ['shop', 'missing'] })).toEqual(['shop::pay'])
  expect(await list({ include_internal: true, worker: 'orders' })).toEqual(['a', 'b', 'hidden'])
  const { functions } = result(await rig.call(worker, 'engine::functions::list', { prefix: 'b' }))
  expect(functions).toEqual([
    {
      function_id: 'b',
      namespace: 'default',
      worker_name: 'orders',
      description: 'makes a needle',
      metadata: { x: 1 },
    },
  ])
})

test('the engine’s own functions are listed on request', async () => {
  const rig = await engineRig()
  const worker = await rig.worker({})
  const { functions } = result(await rig.call(worker, 'engine::functions::list', { include_internal: true }))
  expect(functions).toContainEqual(
    expect.objectContaining({ function_id: 'engine::functions::list', worker_name: 'iii-engine-functions' }),
  )
})

test('a function is described with its schemas and live triggers', async () => {
  const rig = await engineRig()
  const worker = await rig.worker({ name: 'w' })
  worker.send(
    { type: 'registerfunction', id: 'f', request_format: { type: 'object' }, response_format: null },
    { type: 'registertriggertype', id: 'tick', description: '' },
    { type: 'registertrigger', id: 't', trigger_type: 'tick', function_id: 'f', config: { n: 1 } },
    { type: 'registertrigger', id: 'parked', trigger_type: 'tock', function_id: 'f', config: {} },
  )
  await rig.settle()
  expect(result(await rig.call(worker, 'engine::functions::info', { function_id: 'f' }))).toEqual({
    function_id: 'f',
    namespace: 'default',
    worker_name: 'w',
    request_schema: { type: 'object' },
    registered_triggers: [{ id: 't', trigger_type: 'tick', config: { n: 1 } }],
  })
})

test.each([
  [{}, 'INVALID_ARGUMENTS'],
  [{ function_id: 'f', function_ids: ['f'] }, 'INVALID_ARGUMENTS'],
  [{ function_ids: Array.from({ length: 33 }, (_, n) => String(n)) }, 'INVALID_ARGUMENTS'],
  [{ function_ids: Array.from({ length: 33 }, () => 'same') }, undefined],
  [{ function_ids: 'f' }, 'deserialization_error'],
  [{ function_id: 'nope' }, 'NOT_FOUND'],
  [{ function_id: 'twice' }, 'NOT_FOUND'],
  [{ function_id: 'twice', namespace: 'blue' }, undefined],
  [{ function_id: 'twice', namespace: 'red' }, 'NOT_FOUND'],
])('info about %j ends with %s', async (input, expected) => {
  const rig = await engineRig()
  for (const namespace of ['blue', 'green']) (await rig.worker({ namespace })).register('twice')
  const worker = await rig.worker({})
  await rig.settle()
  expect(code(await rig.call(worker, 'engine::functions::info', input))).toBe(expected)
})

test('workers are listed with their registered details; those without a process id are left out', async () => {
  const rig = await engineRig()
  const worker = await rig.worker({ name: 'orders', version: '1', os: 'linux', description: 'd' })
  await rig.worker({ name: 'browser', pid: null })
  worker.register('f')
  await rig.settle()
  const { workers } = result(await rig.call(worker, 'engine::workers::list', { runtime: 'node' }))
  expect(workers).toEqual([
    {
      id: worker.id,
      name: 'orders',
      namespace: 'default',
      description: 'd',
      version: '1',
      runtime: 'node',
      os: 'linux',
      status: 'connected',
      function_count: 1,
      connected_at_ms: rig.clock.epochMs(),
      active_invocations: 0,
      isolation: null,
      ip_address: null,
    },
  ])
  const own = result(await rig.call(worker, 'engine::workers::list', { status: 'available' }))['workers']
  expect(own).toContainEqual(
    expect.objectContaining({ id: 'iii-engine-functions', runtime: 'engine', isolation: 'in-process' }),
  )
})

test('a worker is described by name, or by name and namespace when two have it', async () => {
  const rig = await engineRig()
  const blue = await rig.worker({ name: 'same', namespace: 'blue' })
  await rig.worker({ name: 'same', namespace: 'green' })
  blue.register('f')
  await rig.settle()
  expect(code(await rig.call(blue, 'engine::workers::info', { name: 'same' }))).toBe('NOT_FOUND')
  expect(code(await rig.call(blue, 'engine::workers::info', { name: '' }))).toBe('NOT_FOUND')
  const info = result(await rig.call(blue, 'engine::workers::info', { name: 'same', namespace: 'blue' }))
  expect(info).toMatchObject({ worker: { id: blue.id, pid: 1, internal: false }, functions: [{ function_id: 'f' }] })
  const engine = result(await rig.call(blue, 'engine::workers::info', { name: 'iii-engine-functions' }))
  expect(engine).toMatchObject({ worker: { id: 'iii-engine-functions' }, registered_triggers: [] })
})

test('trigger types are listed and described with the number of their triggers', async () => {
  const rig = await engineRig()
  const worker = await rig.worker({ name: 'p' })
  worker.send(
    { type: 'registertriggertype', id: 'tick', description: 'd', call_request_format: { type: 'string' } },
    { type: 'registertrigger', id: 't', trigger_type: 'tick', function_id: 'f', config: {} },
  )
  await rig.settle()
  expect(result(await rig.call(worker, 'engine::triggers::list', { worker: 'p' }))).toEqual({
    triggers: [{ id: 'tick', namespace: 'default', worker_name: 'p', description: 'd' }],
  })
  expect(result(await rig.call(worker, 'engine::triggers::info', { id: 'tick' }))).toEqual({
    id: 'tick',
    namespace: 'default',
    worker_name: 'p',
    description: 'd',
    request_schema: { type: 'string' },
    instance_count: 1,
  })
  expect(code(await rig.call(worker, 'engine::triggers::info', { id: 'tick', namespace: 'blue' }))).toBe('NOT_FOUND')
  expect(code(await rig.call(worker, 'engine::triggers::info', {}))).toBe('deserialization_error')
})

test('a long configuration is cut in the list and whole in the description', async () => {
  const rig = await engineRig()
  const worker = await rig.worker({})
  const config = { text: '😀'.repeat(100) }
  worker.send(
    { type: 'registertriggertype', id: 'tick', description: '' },
    { type: 'registertrigger', id: 't', trigger_type: 'tick', function_id: 'f', config, metadata: { m: 1 } },
  )
  await rig.settle()
  const info = result(await rig.call(worker, 'engine::registered-triggers::info', { id: 't' }))
  expect(info).toMatchObject({ id: 't', config, metadata: { m: 1 }, trigger: { id: 'tick' } })
  expect(info).not.toHaveProperty('config_summary')
  const { registered_triggers } = result(await rig.call(worker, 'engine::registered-triggers::list', {}))
  const [row] = registered_triggers as Frame[]
  expect(row).toMatchObject({ id: 't', config, config_summary: `{"text":"${'😀'.repeat(71)}…` })
  expect(code(await rig.call(worker, 'engine::registered-triggers::info', { id: 'nope' }))).toBe('NOT_FOUND')
})

test('a trigger of workers fires when workers connect, change and leave', async () => {
  const rig = await engineRig()
  const listener = await rig.worker({})
  listener.register('received')
  const trigger = {
    type: 'registertrigger',
    id: 't',
    trigger_type: 'engine::workers-available',
    function_id: 'received',
  }
  listener.send({ ...trigger, config: {}, metadata: { m: 1 } })
  await rig.settle()
  const other = await rig.worker({ name: 'other' })
  other.transport.terminate()
  await rig.settle()
  const calls = listener.frames.filter(({ type }) => type === 'invokefunction')
  expect(calls.map(({ data, metadata }) => ({ data, metadata }))).toEqual(
    ['worker_connected', 'worker_metadata_updated', 'worker_disconnected'].map((event) => ({
      data: { event, worker_id: other.id },
      metadata: { m: 1 },
    })),
  )
  listener.send({ type: 'unregistertrigger', id: 't' })
  listener.frames.length = 0
  await rig.worker({})
  expect(listener.frames).toEqual([])
})

test('a trigger of functions fires once within five seconds, and not for a function that came and went', async () => {
  const rig = await engineRig()
  const listener = await rig.worker({})
  listener.register('received')
  const trigger = {
    type: 'registertrigger',
    id: 't',
    trigger_type: 'engine::functions-available',
    function_id: 'received',
  }
  listener.send({ ...trigger, config: {} })
  await rig.clock.advance(5000)
  expect(listener.frames).toEqual([])
  listener.register('new', 'brief')
  listener.send({ type: 'unregisterfunction', id: 'brief' })
  await rig.clock.advance(4999)
  expect(listener.frames).toEqual([])
  await rig.clock.advance(1)
  expect(listener.take('invokefunction')['data']).toMatchObject({
    event: 'functions_changed',
    functions: expect.arrayContaining([expect.objectContaining({ function_id: 'new' })]) as unknown,
  })
  listener.register('brief')
  listener.send({ type: 'unregisterfunction', id: 'brief' })
  await rig.clock.advance(10_000)
  expect(listener.frames).toEqual([])
  listener.send({ type: 'unregistertrigger', id: 't' })
  await rig.settle()
  expect(rig.clock.pendingTimers).toBe(0)
})

test('a worker cannot take over a function of the engine, and may use a free id with its prefix', async () => {
  const rig = await engineRig()
  const worker = await rig.worker({})
  worker.register('engine::functions::list', 'engine::mine')
  await rig.settle()
  expect(worker.frames).toEqual([
    {
      type: 'registrationrejected',
      code: 'FUNCTION_NAMESPACE_CONFLICT',
      namespace: 'default',
      function_id: 'engine::functions::list',
      owner_worker_id: '',
    },
  ])
  worker.invoke('engine::mine')
  await rig.settle()
  expect(worker.take('invokefunction')['function_id']).toBe('engine::mine')
})

test('the baggage of a call can be read back', async () => {
  const rig = await engineRig()
  const worker = await rig.worker({})
  const extra = { baggage: 'a=1;p=2, b=x%20y ,broken,c=%zz' }
  expect((await rig.call(worker, 'engine::baggage::get_all', {}, extra))['result']).toEqual({
    baggage: { a: '1', b: 'x y', c: '%zz' },
  })
  expect((await rig.call(worker, 'engine::baggage::get', { key: 'b' }, extra))['result']).toEqual({ value: 'x y' })
  expect((await rig.call(worker, 'engine::baggage::get', { key: 'toString' }, extra))['result']).toEqual({
    value: null,
  })
  expect((await rig.call(worker, 'engine::baggage::set', { key: 'k', value: 'v' }))['result']).toEqual({
    success: true,
    note: 'The entry is dropped at the end of this call',
  })
})

test('built-ins are listed with their version and description, also those that serve no functions', async () => {
  const rig = await engineRig()
  const worker = await rig.worker({})
  const { workers } = result(await rig.call(worker, 'engine::workers::list', { status: 'available' }))
  const rows = new Map((workers as Frame[]).map((row) => [row['name'], row]))
  for (const name of ['iii-observability', 'configuration', 'iii-engine-functions']) {
    expect(rows.get(name)).toMatchObject({ version: packageVersion, description: expect.any(String) as string })
  }
  for (const name of ['iii-worker-manager', 'iii-telemetry']) {
    expect(rows.get(name)).toMatchObject({ function_count: 0, description: expect.any(String) as string })
  }
})
