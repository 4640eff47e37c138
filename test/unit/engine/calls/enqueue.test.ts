import { expect, test } from 'vitest'
import { engineRig } from '../../../kit/engine-rig.js'

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

const enqueue = { action: { type: 'enqueue', queue: 'mail' } }

test('an enqueued call is handed to the provider, and its caller gets the receipt', async () => {
  const rig = await engineRig()
  const provider = await rig.worker({})
  provider.register('engine::queue::enqueue')
  const caller = await rig.worker({})
  const id = caller.invoke('mail::send', { to: 'a' }, { ...enqueue, namespace: 'blue', metadata: { lost: true } })
  await rig.settle()
  const stored = provider.take('invokefunction')
  expect(stored).not.toHaveProperty('metadata')
  const { messageReceiptId, ...rest } = stored['data'] as Record<string, unknown>
  expect(rest).toEqual({
    queue: 'mail',
    function_id: 'mail::send',
    data: { to: 'a' },
    namespace: 'blue',
    traceparent: null,
    baggage: null,
  })
  provider.answer(stored, { result: 'ignored' })
  await rig.settle()
  expect(caller.take('invocationresult')).toEqual({
    type: 'invocationresult',
    invocation_id: id,
    function_id: 'mail::send',
    result: { messageReceiptId },
  })
})

test('without a provider, or when it refuses, the caller gets enqueue_error', async () => {
  const rig = await engineRig()
  const caller = await rig.worker({})
  const missing = await rig.call(caller, 'f', {}, enqueue)
  expect(missing['error']).toMatchObject({
    code: 'enqueue_error',
    message: expect.stringContaining('iii worker add queue') as unknown,
  })
  const provider = await rig.worker({})
  provider.register('engine::queue::enqueue')
  await rig.settle()
  caller.invoke('f', {}, { ...enqueue, traceparent: TRACE })
  await rig.settle()
  const stored = provider.take('invokefunction')
  expect(stored['data']).toMatchObject({ traceparent: TRACE, baggage: 'iii.function.id=f' })
  provider.answer(stored, { error: { code: 'FULL', message: 'no room' } })
  await rig.settle()
  expect(caller.take('invocationresult')['error']).toEqual({ code: 'enqueue_error', message: 'FULL: no room' })
})
