import { expect, test } from 'vitest'
import { connectedRig } from '../kit/worker-rig.js'

test('a shutdown refused for its options does not prevent a later one', async () => {
  const { worker } = await connectedRig()
  await expect(worker.shutdownAsync({ drainTimeoutMs: -1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })

  await expect(worker.shutdownAsync()).resolves.toEqual({ drained: 0, abandoned: 0, droppedTelemetry: 0 })
  expect(worker.getConnectionState()).toBe('disconnected')
})
