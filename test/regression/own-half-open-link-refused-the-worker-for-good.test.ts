/** A worker announced itself on links without session info; the engine then held its name, and no token could free it. */
import { expect, test } from 'vitest'
import { workerRig } from '../kit/worker-rig.js'

test('a worker claims its name only on a link that it can free again', async () => {
  const rig = workerRig({ workerName: 'w' }, (engine) => {
    engine.acceptsSessions = false
  })
  await rig.settle()
  expect(rig.link.received).toEqual([])
  rig.link.cut()
  rig.engine.acceptsSessions = true
  const claimed = await rig.reconnect()
  await rig.settle()
  expect(claimed.summary).toEqual(['invokefunction engine::workers::register'])
  claimed.cut()
  const next = await rig.reconnect()
  await rig.settle()
  expect(next.received[0]).toMatchObject({ type: 'reattach', previous_worker_id: claimed.workerId })
})
