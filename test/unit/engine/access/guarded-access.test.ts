import { expect, test } from 'vitest'
import { guardedRig } from '../../../kit/engine-rig.js'

const code = (frame: { error?: unknown }): unknown => (frame.error as { code: string } | undefined)?.code

test('functions that are not exposed are forbidden, also as a void call and to their owner', async () => {
  const rig = await guardedRig()
  const guest = await rig.guest({})
  guest.register('mine')
  await rig.settle()
  expect((await rig.call(guest, 'mine'))['error']).toEqual({
    code: 'FORBIDDEN',
    message: "function 'mine' not allowed (add to rbac.expose_functions)",
  })
  guest.send({ type: 'invokefunction', function_id: 'mine', data: {}, action: { type: 'void' } })
  await rig.settle()
  expect(guest.take('invocationresult')).toMatchObject({ function_id: 'mine', error: { code: 'FORBIDDEN' } })
  guest.invoke('mine', {}, { action: { type: 'enqueue', queue: 'q' } })
  await rig.settle()
  expect(code(guest.take('invocationresult'))).toBe('FORBIDDEN')
})

test.each([
  [{ forbidden_functions: ['open::f'], allowed_functions: ['open::f'] }, 'open::f', 'default', 'FORBIDDEN'],
  [{ forbidden_functions: ['engine::channels::create'] }, 'engine::channels::create', 'default', 'FORBIDDEN'],
  [{ namespaces: { blue: ['x'] } }, 'x', 'blue', 'function_not_found'],
  [{ namespaces: { blue: ['x'] } }, 'x', 'default', 'FORBIDDEN'],
  [{ namespaces: { blue: ['x'] } }, 'y', 'blue', 'FORBIDDEN'],
  [{ allowed_functions: ['x'] }, 'x', 'default', 'function_not_found'],
  [{ allowed_functions: ['x'] }, 'x', 'blue', 'FORBIDDEN'],
  [{ allowed_functions: ['x'] }, 'x::y', 'default', 'FORBIDDEN'],
  [{}, 'engine::log::infox', 'default', 'FORBIDDEN'],
  [{}, 'engine::functions::list', 'default', 'FORBIDDEN'],
  [{}, 'engine::register_trigger', 'default', 'FORBIDDEN'],
  [{}, 'engine::queue::enqueue', 'default', 'FORBIDDEN'],
  [{}, 'auth', 'default', 'FORBIDDEN'],
  [{}, 'open::f', 'blue', 'FORBIDDEN'],
  [{}, 'open::f', ' ', 'FORBIDDEN'],
  [{}, 'open::f', 'default', 'function_not_found'],
])('with %j a call of %s in %s ends with %s', async (grants, functionId, namespace, expected) => {
  const rig = await guardedRig()
  const guest = await rig.guest(grants, 'namespaces' in grants ? { namespace: 'blue' } : {})
  expect(code(await rig.call(guest, functionId, {}, { namespace }))).toBe(expected)
})

test('a worker stays in the namespaces it was given, however long it waits', async () => {
  const rig = await guardedRig()
  const guest = await rig.worker(undefined, 1)
  await rig.answer('auth', { result: { namespaces: { blue: ['*'] } } })
  guest.register('f')
  expect((await rig.call(guest, 'engine::workers::register', {}))['error']).toEqual({
    code: 'FORBIDDEN',
    message: "namespace 'default' not allowed for this session (permitted: blue)",
  })
  const before = rig.engine.stats().functions
  await rig.clock.advance(60_000)
  expect(rig.engine.stats().functions).toBe(before)
  const joined = await rig.call(guest, 'engine::workers::register', { namespace: 'blue' })
  expect(joined['result']).toEqual({ success: true })
  expect(rig.engine.stats().functions).toBe(before + 1)
})

test('registration may be disabled, or forced under a prefix', async () => {
  const rig = await guardedRig()
  const none = await rig.guest({ allow_function_registration: false }, {})
  const before = rig.engine.stats().functions
  none.register('open::f')
  none.send({ type: 'registertriggertype', id: 't', description: '' })
  await rig.settle()
  expect(rig.engine.stats()).toMatchObject({ functions: before, refusedFrames: 2 })
  const prefixed = await rig.guest({ function_registration_prefix: 'open' }, {})
  prefixed.register('f', '::g', 'engine::x')
  await rig.settle()
  for (const [id, local] of [
    ['open::f', 'f'],
    ['open::::g', '::g'],
    ['open::engine::x', 'engine::x'],
  ] as const) {
    rig.admin.invoke(id)
    await rig.settle()
    expect(prefixed.take('invokefunction')['function_id']).toBe(local)
  }
  prefixed.send({ type: 'unregisterfunction', id: 'open::f' }, { type: 'ping' })
  rig.admin.invoke('open::f')
  await rig.settle()
  expect(prefixed.take('invokefunction')['function_id']).toBe('f')
  prefixed.send({ type: 'unregisterfunction', id: 'f' })
  await rig.settle()
  expect(code(await rig.call(rig.admin, 'open::f'))).toBe('function_not_found')
})

test('a trigger reaches no further than its worker: target, condition and middleware', async () => {
  const rig = await guardedRig()
  const guest = await rig.guest({ allowed_trigger_types: ['http', 'tick'] }, {})
  const trigger = { type: 'registertrigger', trigger_type: 'tick', function_id: 'open::f', config: {} }
  guest.send(
    { ...trigger, id: 'ok' },
    { ...trigger, id: 'target', function_id: 'secret' },
    { ...trigger, id: 'condition', config: { condition_function_id: 'secret' } },
    { ...trigger, id: 'middleware', config: { middleware_function_ids: ['open::m', 'secret'] } },
    { ...trigger, id: 'namespace', namespace: 'blue' },
    { ...trigger, id: 'type', trigger_type: 'cron' },
  )
  await rig.settle()
  expect(guest.frames.map(({ id, error }) => [id, (error as { code: string }).code])).toEqual(
    ['target', 'condition', 'middleware', 'namespace'].map((id) => [id, 'FORBIDDEN']),
  )
  expect(rig.engine.stats().triggers).toBe(1)
})

test('a guest may end its own triggers only', async () => {
  const rig = await guardedRig()
  const guest = await rig.guest({}, {})
  rig.admin.send({ type: 'registertrigger', id: 'a', trigger_type: 'x', function_id: 'f', config: {} })
  guest.send({ type: 'registertrigger', id: 'b', trigger_type: 'x', function_id: 'open::f', config: {} })
  await rig.settle()
  guest.send({ type: 'unregistertrigger', id: 'a' }, { type: 'unregistertrigger', id: 'b' })
  await rig.settle()
  expect(rig.engine.stats().triggers).toBe(1)
})

test('a guest cannot have a foreign trigger replaced by registering its id', async () => {
  const rig = await guardedRig()
  const guest = await rig.guest({}, {})
  rig.admin.send({ type: 'registertriggertype', id: 'x', description: '' })
  rig.admin.send({ type: 'registertrigger', id: 'a', trigger_type: 'x', function_id: 'f', config: {} })
  await rig.settle()
  rig.admin.frames.length = 0
  guest.send({ type: 'registertrigger', id: 'a', trigger_type: 'x', function_id: 'open::f', config: {} })
  await rig.settle()
  expect(rig.admin.frames).toEqual([])
  expect(guest.take('triggerregistrationresult')['error']).toMatchObject({ code: 'FORBIDDEN' })
})

test('lists show a guest what it may call', async () => {
  const rig = await guardedRig({ expose_functions: ['match("open::*")', 'match("engine::functions::*")'] })
  rig.admin.register('open::f', 'secret')
  const guest = await rig.guest({}, {})
  const list = await rig.call(guest, 'engine::functions::list')
  expect((list['result'] as { functions: { function_id: string }[] }).functions.map((row) => row.function_id)).toEqual([
    'open::f',
  ])
  const info = await rig.call(guest, 'engine::functions::info', { function_ids: ['open::f', 'secret', 'nope'] })
  expect(info['result']).toMatchObject({
    functions: [
      { function_id: 'open::f' },
      { function_id: 'secret', error: 'forbidden' },
      { function_id: 'nope', error: 'not_found' },
    ],
  })
  expect(code(await rig.call(guest, 'engine::functions::info', { function_id: 'secret' }))).toBe('FORBIDDEN')
})

test('calls go to the middleware, which answers for the target; the engine’s own functions do not', async () => {
  const rig = await guardedRig({}, { listener: { middleware_function_id: 'mw' } })
  rig.admin.register('mw', 'open::f')
  const guest = await rig.guest({ context: { user: 'u' } }, {})
  const id = guest.invoke('open::f', { n: 1 }, { metadata: { m: 1 }, action: { type: 'void' } })
  await rig.settle()
  const call = await rig.answer('mw', { result: 'r' })
  expect(call).toMatchObject({
    data: {
      function_id: 'open::f',
      payload: { n: 1 },
      action: { type: 'void' },
      context: { user: 'u' },
      namespace: 'default',
    },
    metadata: { m: 1 },
  })
  expect(guest.take('invocationresult')).toMatchObject({ invocation_id: id, function_id: 'open::f', result: 'r' })
  expect((await rig.call(guest, 'engine::channels::create'))['result']).toHaveProperty('writer')
})

test('a call through a missing middleware gets an error', async () => {
  const rig = await guardedRig({}, { listener: { middleware_function_id: 'mw' } })
  const guest = await rig.guest({}, {})
  expect(code(await rig.call(guest, 'open::f'))).toBe('function_not_found')
})
