import { expect, test } from 'vitest'
import { RegistrationRejectedError } from '../../src/errors.js'
import { connectedRig, outcomeOf } from '../kit/worker-rig.js'

test('calls in flight reject with the rejection that ended their worker', async () => {
  const rig = await connectedRig()
  const written = rig.worker.trigger({ function_id: 'slow', payload: {} })
  written.catch(() => undefined)
  await rig.settle()
  rig.link.send({
    type: 'registrationrejected',
    code: 'WORKER_NAMESPACE_CONFLICT',
    namespace: 'default',
    worker_name: 'orders',
    owner_worker_id: '6f0c3f0e-0000-4000-8000-000000000000',
  })
  rig.link.close()
  await rig.clock.advance(100)

  const outcome = (await outcomeOf(written)) as { error: unknown }
  expect(outcome.error).toBeInstanceOf(RegistrationRejectedError)
  expect(outcome.error).toBe(rig.worker.getFatalError())
})
