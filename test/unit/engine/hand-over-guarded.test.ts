import { expect, test } from 'vitest'
import { guardedRig, type GuardedRig } from '../../kit/engine-rig.js'
import type { Frame, RawWorker } from '../../kit/raw-worker.js'

const open = { public: true }
const registration = (id: string, metadata: Frame): Frame => ({ type: 'registerfunction', id, metadata })

/** A function that the administrator has given up and that an open worker waits for. */
async function vacated(rig: GuardedRig, id: string): Promise<RawWorker> {
  rig.admin.send(registration(id, open))
  await rig.settle()
  const next = await rig.worker({}, 0)
  next.register(id)
  next.listenForWorkers()
  await rig.settle()
  rig.admin.send({ type: 'unregisterfunction', id })
  await rig.settle()
  return next
}

const codeOf = (answer: Frame): unknown => (answer['error'] as { code: string } | undefined)?.code

test.each([
  ['goes on when the next owner shows it, too', open, undefined],
  ['is forbidden when the next owner does not show it', { public: false }, 'FORBIDDEN'],
])('a held call of a guarded worker %s', async (_what, metadata, code) => {
  const rig = await guardedRig({ expose_functions: [{ metadata: open }] })
  const guest = await rig.guest({})
  const next = await vacated(rig, 'f')
  guest.invoke('f', { n: 1 })
  await rig.settle()
  expect(guest.frames).toEqual([])
  next.send(registration('f', metadata))
  await rig.settle()

  if (code === undefined) expect(next.take('invokefunction')['data']).toMatchObject({ n: 1 })
  else expect(codeOf(guest.take('invocationresult'))).toBe(code)
})

test('calls wait for the middleware of their listener as for any function', async () => {
  const rig = await guardedRig({}, { listener: { middleware_function_id: 'mw' } })
  rig.admin.register('open::f')
  const guest = await rig.guest({}, {})
  const next = await vacated(rig, 'mw')
  guest.invoke('open::f', { n: 1 })
  await rig.settle()
  expect(guest.frames).toEqual([])
  next.register('mw')
  await rig.settle()

  expect(next.take('invokefunction')['data']).toMatchObject({ function_id: 'open::f', payload: { n: 1 } })
})

test('a guarded worker waits for a function under its prefixed id, and stops waiting by its own id', async () => {
  const rig = await guardedRig()
  rig.admin.register('open::f')
  const caller = await rig.worker({}, 0)
  const grants = { function_registration_prefix: 'open', allowed_trigger_types: ['engine::workers-available'] }
  const next = await rig.guest(grants, {})
  next.register('f')
  next.listenForWorkers()
  await rig.settle()
  expect(next.take('registrationrejected')).toMatchObject({ function_id: 'open::f' })
  rig.admin.send({ type: 'unregisterfunction', id: 'open::f' })
  await rig.settle()
  caller.invoke('open::f')
  await rig.settle()
  expect(caller.frames).toEqual([])
  next.send({ type: 'unregisterfunction', id: 'f' })
  await rig.settle()

  expect(codeOf(caller.take('invocationresult'))).toBe('function_not_found')
})
