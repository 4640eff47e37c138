import { expect, test } from 'vitest'
import { connectedRig } from '../kit/worker-rig.js'

test('results that waited in a congested link go out first on the next one', async () => {
  const rig = await connectedRig()
  const big = 'x'.repeat(9 * 1024 * 1024)
  rig.worker.registerFunction('big', () => big)
  rig.worker.registerFunction('small', () => 'small')
  const old = rig.link
  old.pair.left.fence.hold()
  old.invoke('big')
  await rig.settle()
  const waiting = old.invoke('small')
  await rig.settle()
  expect(rig.worker.stats().queuedMessages).toBe(1)

  old.cut()
  const link = await rig.reconnect()
  await rig.settle()

  expect(link.received[0]).toMatchObject({ type: 'invocationresult', invocation_id: waiting, result: 'small' })
  expect(link.received[1]).toMatchObject({ type: 'reattach' })
})
