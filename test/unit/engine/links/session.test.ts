import { expect, test } from 'vitest'
import { engineRig } from '../../../kit/engine-rig.js'

test('session info comes first and has an id and a token', async () => {
  const rig = await engineRig()
  const worker = await rig.worker()
  expect(JSON.parse(worker.texts[0]!)).toEqual({
    type: 'workerregistered',
    worker_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
    reattach_token: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
  })
})

test('functions wait for the worker registration and belong to its namespace', async () => {
  const rig = await engineRig()
  const worker = await rig.worker()
  worker.register('f')
  worker.send({ type: 'unregisterfunction', id: 'f' })
  worker.register('g')
  await rig.settle()
  expect((await rig.call(worker, 'g'))['error']).toMatchObject({ code: 'function_not_found' })
  worker.announce({ namespace: 'blue' })
  await rig.settle()
  expect((await rig.call(worker, 'f'))['error']).toMatchObject({
    message: 'Function f not found in namespace default.',
  })
  expect((await rig.call(worker, 'g'))['error']).toMatchObject({
    message: expect.stringContaining('namespace(s): blue') as unknown,
  })
})

test('a worker that never registers itself belongs to the default namespace after the grace period', async () => {
  const rig = await engineRig({ registration_namespace_grace_ms: 300 })
  const worker = await rig.worker()
  worker.register('f')
  await rig.clock.advance(299)
  expect((await rig.call(worker, 'f'))['error']).toMatchObject({ code: 'function_not_found' })
  await rig.clock.advance(1)
  worker.invoke('f')
  await rig.settle()
  expect(worker.take('invokefunction')['function_id']).toBe('f')
})

test('the namespace of a session is fixed, its name may change', async () => {
  const rig = await engineRig()
  const worker = await rig.worker({ name: 'a', namespace: 'blue' })
  const again = { runtime: 'node', pid: 1, name: 'b', namespace: 'green' }
  expect((await rig.call(worker, 'engine::workers::register', again))['result']).toEqual({ success: true })
  expect((await rig.call(worker, 'engine::workers::info', { name: 'b' }))['result']).toMatchObject({
    worker: { namespace: 'blue', id: worker.id },
  })
  const other = await rig.worker({ name: 'a', namespace: 'blue' })
  expect(other.closed).toBeUndefined()
})

test('a blank namespace is refused and the worker may try again', async () => {
  const rig = await engineRig()
  const worker = await rig.worker()
  const refused = await rig.call(worker, 'engine::workers::register', { namespace: '\t ' })
  expect(refused['error']).toMatchObject({ code: 'INVALID_NAMESPACE' })
  expect((await rig.call(worker, 'engine::workers::register', {}))['result']).toEqual({ success: true })
})

test('a taken name is rejected with its owner, and the connection is closed', async () => {
  const rig = await engineRig()
  const owner = await rig.worker({ name: 'same' })
  const second = await rig.worker({ name: 'same' })
  expect(second.take('registrationrejected')).toEqual({
    type: 'registrationrejected',
    code: 'WORKER_NAMESPACE_CONFLICT',
    namespace: 'default',
    worker_name: 'same',
    owner_worker_id: owner.id,
  })
  expect(second.closed).toMatchObject({ code: 1005 })
  expect(owner.closed).toBeUndefined()
  expect(rig.engine.stats().sessions).toBe(1)
})

test('reattach ends the previous connection at once, so that its name and functions are free', async () => {
  const rig = await engineRig()
  const first = await rig.worker({ name: 'same' })
  first.register('f')
  await rig.settle()
  const second = await rig.worker()
  second.send({ type: 'reattach', previous_worker_id: first.id, reattach_token: first.token.toUpperCase() })
  second.announce({ name: 'same' })
  second.register('f')
  await rig.settle()
  expect(first.closed).toMatchObject({ code: 1006 })
  expect(second.frames).toEqual([])
  second.invoke('f')
  await rig.settle()
  expect(second.take('invokefunction')['function_id']).toBe('f')
})

test('a reattach with a foreign token, to itself or to an unknown session changes nothing', async () => {
  const rig = await engineRig()
  const first = await rig.worker({})
  const second = await rig.worker({})
  second.send(
    { type: 'reattach', previous_worker_id: first.id, reattach_token: second.token },
    { type: 'reattach', previous_worker_id: second.id, reattach_token: second.token },
    { type: 'reattach', previous_worker_id: '00000000-0000-4000-8000-000000000000', reattach_token: first.token },
    { type: 'ping' },
  )
  await rig.settle()
  expect([first.closed, second.closed]).toEqual([undefined, undefined])
  expect(second.take('pong')).toEqual({ type: 'pong' })
})

test('malformed frames are counted and logged with their code, and the connection stays open', async () => {
  const rig = await engineRig()
  const worker = await rig.worker({})
  worker.send('{', '[]', '{"type":"nope"}', { type: 'registerfunction' }, new Uint8Array([0, 255, 1]), '', '  ')
  worker.send(new TextEncoder().encode('{"type":"ping"}'))
  await rig.settle()
  expect(worker.take('pong')).toEqual({ type: 'pong' })
  expect(rig.engine.stats().malformedFrames).toBe(5)
  const codes = rig.lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields['code'])
  expect(codes).toEqual([
    'MALFORMED_FRAME',
    'MALFORMED_FRAME',
    'UNKNOWN_MESSAGE_TYPE',
    'MALFORMED_FRAME',
    'MALFORMED_FRAME',
  ])
})

test('types that only the engine sends are not acted on', async () => {
  const rig = await engineRig()
  const worker = await rig.worker({})
  worker.send({ type: 'workerregistered', worker_id: 'x' }, { type: 'error', error: { code: 'a', message: 'b' } })
  worker.send({ type: 'unregistertriggertype', id: 'x' }, { type: 'pong' }, { type: 'registerservice', id: 's' })
  await rig.settle()
  expect(worker.frames).toEqual([])
  expect(worker.closed).toBeUndefined()
})

test('a worker that sends too much before its admission is cut off', async () => {
  const rig = await engineRig({}, { maxHeldFrames: 3 })
  const worker = await rig.worker()
  worker.register('a', 'b', 'c')
  await rig.settle()
  expect(worker.closed).toBeUndefined()
  worker.register('d')
  await rig.settle()
  expect(worker.closed).toMatchObject({ code: 1006 })
  expect(rig.engine.stats().sessions).toBe(0)
})
