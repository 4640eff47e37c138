import { expect, test } from 'vitest'
import type { Worker } from '../../src/sdk/worker/worker.js'
import { workerRig } from '../kit/worker-rig.js'

test('a worker that shuts down in its disconnect listener never dials again', async () => {
  const made: { worker?: Worker } = {}
  const rig = workerRig({
    diagnostics: (event) => {
      if (event.kind === 'connection_ended') void made.worker?.shutdown()
    },
  })
  made.worker = rig.worker
  await rig.settle()
  rig.link.cut()
  await rig.clock.advance(120_000)

  expect(rig.engine.dials).toHaveLength(1)
  expect(rig.clock.pendingTimers).toBe(0)
  expect(rig.worker.getConnectionState()).toBe('disconnected')
})
