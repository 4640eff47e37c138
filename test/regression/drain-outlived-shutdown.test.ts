import { expect, test } from 'vitest'
import { connectedRig } from '../kit/worker-rig.js'

test('shutdown ends a drain that is under way, and leaves no timer behind', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('endless', () => new Promise(() => undefined))
  rig.link.invoke('endless')
  await rig.settle()

  const drain = rig.worker.shutdownAsync({ drainTimeoutMs: 60_000 })
  await rig.settle()
  await rig.worker.shutdown()

  expect(await drain).toEqual({ drained: 0, abandoned: 1, droppedTelemetry: 0 })
  expect(rig.clock.pendingTimers).toBe(0)
})

test('a drain begun after shutdown does not wait for handlers whose results cannot be sent', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('endless', () => new Promise(() => undefined))
  rig.link.invoke('endless')
  await rig.settle()
  await rig.worker.shutdown()

  expect(await rig.worker.shutdownAsync()).toEqual({ drained: 0, abandoned: 1, droppedTelemetry: 0 })
  expect(rig.clock.pendingTimers).toBe(0)
})
