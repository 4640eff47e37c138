import { expect, test } from 'vitest'
import { guardedRig } from '../../../kit/engine-rig.js'
import { RawWorker } from '../../../kit/raw-worker.js'

test('the auth function receives headers, raw query parameters and the address', async () => {
  const rig = await guardedRig()
  const guest = new RawWorker(rig.engine.dial(1), 'memory://engine/?a=1&a=%20&flag&__proto__=x', { 'X-Token': 't' })
  await rig.settle()
  const { data } = rig.admin.take('invokefunction', { function_id: 'auth' })
  expect(data).toEqual(
    JSON.parse(
      '{"headers":{"upgrade":"websocket","x-token":"t"},"ip_address":"","query_params":{"a":["1","%20"],"flag":[""],"__proto__":["x"]}}',
    ),
  )
  expect(guest.texts).toEqual([])
})

test('frames that a client sends before it is admitted take effect once it is', async () => {
  const rig = await guardedRig()
  const guest = new RawWorker(rig.engine.dial(1))
  guest.announce({ name: 'early' })
  guest.register('open::f')
  guest.invoke('open::f')
  await rig.settle()
  expect(rig.engine.stats().sessions).toBe(1)
  expect(guest.texts).toEqual([])
  await rig.answer('auth', { result: {} })
  expect(guest.take('invokefunction')['function_id']).toBe('open::f')
})

test.each([
  [{ result: null }, 'auth function returned no result'],
  [{ result: 'yes' }, 'auth function must return an object'],
  [{ result: { allowed_functions: 'all' } }, /allowed_functions/],
  [{ error: { code: 'NOPE', message: 'go away' } }, 'go away'],
])('an auth function that answers %j keeps the client out', async (outcome, message) => {
  const rig = await guardedRig()
  const guest = new RawWorker(rig.engine.dial(1))
  guest.register('open::f')
  await rig.settle()
  await rig.answer('auth', outcome)
  expect(guest.frames).toEqual([
    { type: 'error', error: { code: 'AUTH_ERROR', message: expect.stringMatching(message) as unknown } },
  ])
  expect(guest.closed).toMatchObject({ code: 1005 })
  expect(rig.engine.stats().sessions).toBe(1)
})

test('an auth function that is missing or silent keeps the client out', async () => {
  const rig = await guardedRig()
  const waiting = new RawWorker(rig.engine.dial(1))
  await rig.clock.advance(10_000)
  expect(waiting.take('error')).toMatchObject({ error: { code: 'AUTH_ERROR' } })
  rig.admin.transport.terminate()
  await rig.settle()
  const late = new RawWorker(rig.engine.dial(1))
  await rig.settle()
  expect(late.take('error')).toMatchObject({
    error: { code: 'AUTH_ERROR', message: expect.stringContaining('auth') as unknown },
  })
})

test('a client that leaves during its authentication leaves no state', async () => {
  const rig = await guardedRig()
  const guest = new RawWorker(rig.engine.dial(1))
  await rig.settle()
  guest.transport.terminate()
  await rig.settle()
  await rig.answer('auth', { result: {} })
  expect(rig.engine.stats().sessions).toBe(1)
})

test('the telemetry path is guarded too', async () => {
  const rig = await guardedRig()
  const guest = new RawWorker(rig.engine.dial(1), 'memory://engine/otel')
  await rig.settle()
  await rig.answer('auth', { result: null })
  expect(guest.take('error')).toMatchObject({ error: { code: 'AUTH_ERROR' } })
})
