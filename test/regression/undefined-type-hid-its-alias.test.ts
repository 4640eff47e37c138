import { expect, test } from 'vitest'
import { workerRig } from '../kit/worker-rig.js'

test('an alias of the trigger type is used when the usual member is undefined', () => {
  const rig = workerRig({ autoConnect: false })
  rig.worker.registerTrigger({ type: undefined as never, trigger_type: 'cron', function_id: 'f', config: {} })
  expect(rig.worker.stats().registeredTriggers).toBe(1)
})
