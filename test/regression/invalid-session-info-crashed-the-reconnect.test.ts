import { expect, test } from 'vitest'
import { connectedRig } from '../kit/worker-rig.js'

test('session info whose ids are not UUIDs is not used to reattach, and the worker still reconnects', async () => {
  const rig = await connectedRig()
  rig.link.send({ type: 'workerregistered', worker_id: 'worker-1', reattach_token: 'secret' })
  await rig.settle()
  rig.link.cut()
  const link = await rig.reconnect()
  await rig.settle()

  expect(link.summary).toEqual(['invokefunction engine::workers::register'])
  expect(rig.worker.getConnectionState()).toBe('connected')
})
