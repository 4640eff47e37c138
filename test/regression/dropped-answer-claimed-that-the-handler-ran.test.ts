import { expect, test } from 'vitest'
import { HIGH_WATER_BYTES } from '../../src/wire/transport/transport.js'
import { connectedRig } from '../kit/worker-rig.js'

test('a call that did not run is answered as not run, also on a congested connection', async () => {
  const rig = await connectedRig({ reconnectionConfig: { maxPendingMessages: 0 } })
  const { left } = rig.link.pair
  left.fence.hold()
  const payload = 'x'.repeat(HIGH_WATER_BYTES + 1)
  rig.worker.trigger({ function_id: 'somewhere::else', payload }).catch(() => undefined)
  const invocationId = rig.link.invoke('missing::function')
  await rig.settle()
  left.fence.open()
  await rig.settle()
  expect(rig.link.resultOf(invocationId)).toMatchObject({ error: { code: 'function_not_found' } })
})
