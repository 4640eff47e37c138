import { expect, test } from 'vitest'
import { TriggerAction } from '../../src/sdk/worker/calls/trigger-request.js'
import { workerRig } from '../kit/worker-rig.js'

test('fire-and-forget calls still waiting at shutdown are counted as dropped', async () => {
  const rig = workerRig({ autoConnect: false })
  for (let index = 0; index < 3; index += 1) {
    await rig.worker.trigger({ function_id: 'f', payload: {}, action: TriggerAction.Void() })
  }
  await rig.worker.shutdown()

  expect(rig.worker.stats()).toMatchObject({ droppedVoids: 3, queuedMessages: 0 })
})
