import { expect, test } from 'vitest'
import { connectedRig, outcomeOf } from '../kit/worker-rig.js'

test('a call that its own payload aborts is not sent', async () => {
  const rig = await connectedRig()
  const controller = new AbortController()
  const payload = {
    toJSON: () => {
      controller.abort('changed my mind')
      return {}
    },
  }
  const outcome = await outcomeOf(rig.worker.trigger({ function_id: 'f', payload, signal: controller.signal }))
  await rig.settle()

  expect(outcome).toEqual({ error: 'changed my mind' })
  expect(rig.link.calls).toEqual([])
})
