import { expect, test } from 'vitest'
import { acceptedSockets } from '../kit/accepted-sockets.js'
import { guardedRig } from '../kit/engine-rig.js'
import { rawSocket } from '../kit/raw-socket.js'
import { RawWorker } from '../kit/raw-worker.js'

test('only the first bytes of a client are read until its auth function has answered', async () => {
  const rig = await guardedRig()
  const accepted = acceptedSockets()
  const { socket } = await rawSocket(rig.engine.urls[1] ?? '')
  const frame = JSON.stringify({ type: 'registerfunction', id: 'x'.repeat(1_000) })
  for (let n = 0; n < 16_000; n += 1) socket.send(frame)
  let left = Infinity
  const settled = (): boolean => {
    const before = left
    left = socket.bufferedAmount
    return left === before && left > 0
  }
  await expect.poll(settled, { interval: 200 }).toBe(true)
  expect(accepted.at(-1)?.bytesRead).toBeLessThanOrEqual(256 * 1024)
})

test('the number of clients that wait for the auth function is limited', async () => {
  const rig = await guardedRig()
  const guests = Array.from({ length: 1_003 }, () => new RawWorker(rig.engine.dial(1)))
  await rig.settle()
  expect(rig.engine.stats().refused.waitingClients).toBe(3)
  expect(guests.filter(({ closed }) => closed?.status === 503)).toHaveLength(3)
  await rig.answer('auth', { result: {} })
  const next = new RawWorker(rig.engine.dial(1))
  await rig.settle()
  expect(next.closed).toBeUndefined()
})
