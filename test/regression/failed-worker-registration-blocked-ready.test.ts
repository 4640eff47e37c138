import { expect, test } from 'vitest'
import { workerRig, outcomeOf } from '../kit/worker-rig.js'

test('ready() registers the worker again if the first registration times out', async () => {
  const rig = workerRig({ invocationTimeoutMs: 1_000 }, (engine) => {
    engine.polite = false
  })
  await rig.settle()
  const first = rig.worker.ready({ timeoutMs: 5_000 })
  first.catch(() => undefined)
  await rig.clock.advance(5_000)
  expect(await outcomeOf(first)).toMatchObject({ error: { code: 'TIMEOUT' } })

  rig.engine.polite = true
  await rig.worker.ready({ timeoutMs: 5_000 })
})
