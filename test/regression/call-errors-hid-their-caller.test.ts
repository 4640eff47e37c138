import { expect, test } from 'vitest'
import { socketRig } from '../kit/local-rig.js'

test.each([
  ['its handler threw', { function_id: 'fails', payload: {} }],
  ['its function is unknown', { function_id: 'unknown', payload: {} }],
  ['its time limit passed', { function_id: 'hangs', payload: {}, timeoutMs: 20 }],
  ['its argument is wrong', { function_id: '', payload: {} }],
])('the error of a call shows the function that awaited it when %s', async (_why, request) => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  worker.registerFunction('fails', () => Promise.reject(new Error('no')))
  worker.registerFunction('hangs', () => new Promise(() => {}))
  await worker.ready()
  const placeOrder = async (): Promise<unknown> => await worker.trigger(request)
  const error: unknown = await placeOrder().catch((reason: unknown) => reason)

  expect((error as Error).stack).toContain('placeOrder')
})

test('the error of a call shows the function that awaited it when the connection is lost', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const callee = await rig.addWorker()
  callee.registerFunction('hangs', () => new Promise(() => {}))
  await callee.ready()
  const placeOrder = async (): Promise<unknown> => await worker.trigger({ function_id: 'hangs', payload: {} })
  const caught = placeOrder().catch((reason: unknown) => reason)
  while (callee.stats().runningInvocations === 0) await new Promise((resolve) => setImmediate(resolve))
  await worker.shutdown()
  const error = (await caught) as Error

  expect(error.message).toContain('shutting down')
  expect(error.stack).toContain('placeOrder')
})
