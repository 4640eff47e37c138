import { expect, test } from 'vitest'
import { connectedRig, outcomeOf } from '../kit/worker-rig.js'

test('an error with a null stack keeps its code and message', async () => {
  const rig = await connectedRig()
  const call = rig.worker.trigger({ function_id: 'f', payload: {} })
  await rig.settle()
  rig.link.answer(rig.link.calls[0]!, { error: { code: 'MINE', message: 'no', stacktrace: null } })

  const outcome = (await outcomeOf(call)) as { error: { stacktrace?: string } }
  expect(outcome).toMatchObject({ error: { code: 'MINE', detail: 'no' } })
  expect(outcome.error.stacktrace).toBeUndefined()
})

test('an error cannot override which function was called', async () => {
  const rig = await connectedRig()
  const call = rig.worker.trigger({ function_id: 'asked', payload: {} })
  await rig.settle()
  const { invocation_id } = rig.link.calls[0]!
  rig.link.answer(rig.link.calls[0]!, {
    error: { code: 'MINE', message: 'no', function_id: 'other', invocationId: 'other' },
  })

  expect(await outcomeOf(call)).toMatchObject({ error: { function_id: 'asked', invocationId: invocation_id } })
})
