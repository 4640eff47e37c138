import { expect, test } from 'vitest'
import { HIGH_WATER_BYTES } from '../../src/wire/transport/transport.js'
import { connectedRig } from '../kit/worker-rig.js'

test('a caller whose result expires in the queue receives an error', async () => {
  const rig = await connectedRig({ reconnectionConfig: { maxPendingAgeMs: 100 } })
  rig.worker.registerFunction('small', () => 'small')
  const { left } = rig.link.pair
  left.fence.hold()
  rig.worker
    .trigger({ function_id: 'somewhere::else', payload: 'x'.repeat(HIGH_WATER_BYTES + 1) })
    .catch(() => undefined)
  const invocationId = rig.link.invoke('small')
  await rig.settle()
  expect(rig.worker.stats().queuedMessages).toBe(1)

  await rig.clock.advance(200)
  left.fence.open()
  await rig.settle()
  expect(rig.link.resultOf(invocationId)).toMatchObject({ error: { code: 'RESULT_DROPPED' } })
})
