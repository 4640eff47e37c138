import { expect, test } from 'vitest'
import { HIGH_WATER_BYTES } from '../../src/wire/transport/transport.js'
import { connectedRig, type WorkerRig } from '../kit/worker-rig.js'

async function provide(rig: WorkerRig): Promise<string[]> {
  const released: string[] = []
  rig.worker.registerTriggerType(
    { id: 'alpha', description: 'for this test' },
    { registerTrigger: async () => undefined, unregisterTrigger: async ({ id }) => void released.push(id) },
  )
  rig.link.send({ type: 'registertrigger', id: 'gone', trigger_type: 'alpha', function_id: 'f', config: {} })
  await rig.settle()
  return released
}

test('bindings of departed owners are released although the first worker registration was not accepted', async () => {
  const rig = await connectedRig({ reconnectionConfig: { maxPendingMessages: 0 } })
  const released = await provide(rig)
  const payload = 'x'.repeat(HIGH_WATER_BYTES + 1)
  const unsubscribe = rig.worker.onConnectionStateChange((state) => {
    if (state !== 'connected') return
    rig.link.pair.left.fence.hold()
    rig.worker.trigger({ function_id: 'somewhere::else', payload }).catch(() => undefined)
    unsubscribe()
  })
  rig.link.cut()
  const link = await rig.reconnect()
  await rig.settle()
  expect(released).toEqual([])

  link.pair.left.fence.open()
  await rig.clock.advance(5_000)
  expect(released).toEqual(['gone'])
})

test('bindings of departed owners are released although the first worker registration was not answered', async () => {
  const rig = await connectedRig({ invocationTimeoutMs: 1_000 })
  const released = await provide(rig)
  rig.engine.polite = false
  rig.link.cut()
  await rig.reconnect()
  await rig.clock.advance(3_000)
  expect(released).toEqual([])

  rig.engine.polite = true
  await rig.clock.advance(5_000)
  expect(released).toEqual(['gone'])
})
