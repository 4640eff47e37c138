import { expect, test } from 'vitest'
import { connectedRig } from '../kit/worker-rig.js'

const handler = () => ({ registerTrigger: async () => {}, unregisterTrigger: async () => {} })

test('a trigger type reference removes only what it registered', async () => {
  const rig = await connectedRig()
  const old = rig.worker.registerTriggerType('mine', 'first', handler())
  old.unregister()
  rig.worker.registerTriggerType('mine', 'second', handler())
  old.unregister()
  await rig.settle()

  expect(rig.link.all('unregistertriggertype')).toHaveLength(1)
})
