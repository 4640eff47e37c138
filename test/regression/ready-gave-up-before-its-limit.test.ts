import { expect, test } from 'vitest'
import { workerRig, outcomeOf } from '../kit/worker-rig.js'

test('ready waits for its own limit, not for that of one announcement', async () => {
  const rig = workerRig({ invocationTimeoutMs: 1_000 }, (engine) => {
    engine.polite = false
  })
  await rig.settle()
  const ready = rig.worker.ready({ timeoutMs: 10_000 })
  ready.catch(() => undefined)
  await rig.clock.advance(3_500)
  expect(await outcomeOf(ready)).toBeUndefined()

  rig.engine.polite = true
  await rig.clock.advance(1_000)
  expect(await outcomeOf(ready)).toEqual({ value: undefined })
})
