import { expect, test } from 'vitest'
import { guardedRig, type GuardedRig } from '../../../kit/engine-rig.js'

const hooks = {
  on_function_registration_function_id: 'on-function',
  on_trigger_registration_function_id: 'on-trigger',
  on_trigger_type_registration_function_id: 'on-type',
}

async function hookedRig(): Promise<GuardedRig> {
  const rig = await guardedRig(hooks)
  rig.admin.register('on-function', 'on-trigger', 'on-type')
  await rig.settle()
  return rig
}

test('a hook receives the id as sent and may rename the function; calls carry the new id', async () => {
  const rig = await hookedRig()
  const guest = await rig.guest({ context: { z: 1 } }, { name: 'g' })
  guest.register('f')
  await rig.settle()
  const seen = await rig.answer('on-function', { result: { function_id: 'open::renamed', metadata: { m: 1 } } })
  expect(seen['data']).toEqual({
    function_id: 'f',
    description: null,
    metadata: null,
    namespace: 'default',
    context: { z: 1 },
  })
  rig.admin.invoke('open::renamed')
  await rig.settle()
  expect(guest.take('invokefunction')['function_id']).toBe('open::renamed')
  guest.send({ type: 'unregisterfunction', id: 'f' })
  rig.admin.invoke('open::renamed')
  await rig.settle()
  expect(rig.admin.take('invocationresult')).toMatchObject({ error: { code: 'function_not_found' } })
})

test('the prefix goes before whatever a hook returns, and calls carry the id without it', async () => {
  const rig = await hookedRig()
  const guest = await rig.guest({ function_registration_prefix: 'pre' }, { name: 'g' })
  guest.register('f')
  await rig.settle()
  expect((await rig.answer('on-function', { result: { function_id: 'g' } }))['data']).toMatchObject({
    function_id: 'f',
  })
  rig.admin.invoke('pre::g')
  await rig.settle()
  expect(guest.take('invokefunction')['function_id']).toBe('g')
})

test('frames behind a hook wait in order, except answers', async () => {
  const rig = await hookedRig()
  const guest = await rig.guest({}, {})
  guest.register('open::f')
  guest.invoke('open::f')
  guest.send({ type: 'ping' })
  await rig.settle()
  expect(guest.frames).toEqual([])
  await rig.answer('on-function', { result: {} })
  expect(guest.frames.map(({ type }) => type)).toEqual(['invokefunction', 'pong'])
})

test('a hook that calls the very worker that registers does not block itself', async () => {
  const rig = await hookedRig()
  const guest = await rig.guest({}, {})
  guest.register('open::about')
  await rig.settle()
  await rig.answer('on-function', { result: {} })
  guest.send({ type: 'registertrigger', id: 't', trigger_type: 'x', function_id: 'open::f', config: {} })
  await rig.settle()
  rig.admin.invoke('open::about')
  await rig.settle()
  guest.answer(guest.take('invokefunction'), { result: 'an answer amid the review' })
  await rig.settle()
  expect(rig.admin.take('invocationresult')).toMatchObject({ result: 'an answer amid the review' })
  await rig.answer('on-trigger', { result: {} })
  expect(rig.engine.stats().triggers).toBe(1)
})

test('the trigger hook runs before the target is checked', async () => {
  const rig = await hookedRig()
  const guest = await rig.guest({}, {})
  guest.send({ type: 'registertrigger', id: 't', trigger_type: 'x', function_id: 'secret', config: {} })
  await rig.settle()
  await rig.answer('on-trigger', { result: { function_id: 'open::f' } })
  expect(guest.frames).toEqual([])
  expect(rig.engine.stats().triggers).toBe(1)
})

test.each([[{ result: null }], [{ result: 'ok' }], [{ result: [] }], [{ error: { code: 'E', message: 'm' } }]])(
  'a hook that answers %j refuses without an answer to the worker',
  async (outcome) => {
    const rig = await hookedRig()
    const guest = await rig.guest({}, {})
    const before = rig.engine.stats().functions
    guest.register('open::f')
    await rig.settle()
    await rig.answer('on-function', outcome)
    expect(guest.frames).toEqual([])
    expect(rig.engine.stats()).toMatchObject({ functions: before, refusedFrames: 1 })
  },
)

test('a hook that does not answer refuses after ten seconds, and later frames continue', async () => {
  const rig = await hookedRig()
  const guest = await rig.guest({}, {})
  guest.register('open::f')
  guest.send({ type: 'ping' })
  await rig.clock.advance(9_999)
  expect(guest.frames).toEqual([])
  await rig.clock.advance(1)
  expect(guest.take('pong')).toEqual({ type: 'pong' })
  expect(rig.engine.stats().refusedFrames).toBe(1)
})

test('a hook cannot point a trigger where its worker may not go', async () => {
  const rig = await hookedRig()
  const guest = await rig.guest({ allow_trigger_type_registration: true }, {})
  guest.send({ type: 'registertrigger', id: 't', trigger_type: 'x', function_id: 'open::f', config: { c: 1 } })
  await rig.settle()
  const seen = await rig.answer('on-trigger', { result: { function_id: 'secret' } })
  expect(seen['data']).toEqual({
    trigger_id: 't',
    trigger_type: 'x',
    function_id: 'open::f',
    config: { c: 1 },
    metadata: null,
    namespace: 'default',
    context: {},
  })
  expect(guest.take('triggerregistrationresult')).toMatchObject({ id: 't', error: { code: 'FORBIDDEN' } })
  guest.send({ type: 'registertriggertype', id: 'x', description: 'd' })
  await rig.settle()
  await rig.answer('on-type', { result: { trigger_type_id: 'y', description: 'e' } })
  expect((await rig.call(rig.admin, 'engine::triggers::info', { id: 'y' }))['result']).toMatchObject({
    description: 'e',
  })
})
