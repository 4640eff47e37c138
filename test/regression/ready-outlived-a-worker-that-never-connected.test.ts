import { expect, test } from 'vitest'
import { NotConnectedError } from '../../src/errors.js'
import { outcomeOf, workerRig } from '../kit/worker-rig.js'

test('shutdown ends ready() of a worker that never connected', async () => {
  const rig = workerRig({ autoConnect: false })
  const ready = rig.worker.ready({ timeoutMs: Infinity })
  ready.catch(() => undefined)
  await rig.settle()
  await rig.worker.shutdown()

  expect(await outcomeOf(ready)).toMatchObject({ error: { code: 'SHUTDOWN' } })
  expect(rig.clock.pendingTimers).toBe(0)
})

test('an abort whose reason looks like a lost connection ends the wait instead of repeating it for ever', async () => {
  const rig = workerRig({}, (engine) => {
    engine.polite = false
  })
  const controller = new AbortController()
  const ready = rig.worker.ready({ timeoutMs: Infinity, signal: controller.signal })
  ready.catch(() => undefined)
  await rig.settle()
  const reason = new NotConnectedError('CONNECTION_LOST', 'of another worker', { outcome: 'unknown' })
  controller.abort(reason)

  expect(await outcomeOf(ready)).toEqual({ error: reason })
})
