import { expect, test } from 'vitest'
import { TriggerAction } from '../../src/sdk/worker/calls/trigger-request.js'
import { connectedRig } from '../kit/worker-rig.js'

test('a fire-and-forget call that is refused for its arguments may be left unawaited', async () => {
  const rig = await connectedRig()
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  try {
    const action = TriggerAction.Void()
    void rig.worker.trigger({ function_id: 'f', payload: 1n, action })
    void rig.worker.trigger({ function_id: '', payload: {}, action })
    void rig.worker.trigger({ function_id: 'f', payload: {}, action, namespace: ' ' })
    void rig.worker.trigger({ function_id: 'f', payload: {}, action, signal: AbortSignal.abort() })
    await rig.settle()
    await rig.settle()
  } finally {
    process.off('unhandledRejection', note)
  }
  expect(unhandled).toEqual([])
  await expect(
    rig.worker.trigger({ function_id: 'f', payload: 1n, action: TriggerAction.Void() }),
  ).rejects.toMatchObject({ code: 'serialization_error' })
})
