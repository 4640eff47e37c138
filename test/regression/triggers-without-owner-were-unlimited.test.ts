import { expect, test } from 'vitest'
import { engineRig } from '../kit/engine-rig.js'

test('triggers that outlive their worker stop at a cap of their own, and ending one makes room', async () => {
  const rig = await engineRig({}, { maxUnownedTriggers: 2 })
  const worker = await rig.worker({})
  const register = () =>
    rig.call(worker, 'engine::register_trigger', { trigger_type: 'nobody', function_id: 'f', config: {} })
  const first = await register()
  await register()

  expect(await register()).toMatchObject({
    error: {
      code: 'trigger_registration_failed',
      message: expect.stringContaining('at most 2 triggers without an owner') as string,
    },
  })
  worker.transport.terminate()
  await rig.settle()
  expect(rig.engine.stats()).toMatchObject({ sessions: 0, triggers: 2 })

  const next = await rig.worker({})
  const { id } = first['result'] as { id: string }
  await rig.call(next, 'engine::unregister_trigger', { id })
  const again = { trigger_type: 'nobody', function_id: 'f', config: {} }
  expect(await rig.call(next, 'engine::register_trigger', again)).toHaveProperty('result.id')
  expect(rig.engine.stats()).toMatchObject({ triggers: 2 })
})
