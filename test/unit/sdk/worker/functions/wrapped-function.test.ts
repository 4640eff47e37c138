import { expect, test } from 'vitest'
import { iiiAsyncFn, iiiFn } from '../../../../../src/sdk/worker/functions/wrapped-function.js'
import { connectedRig } from '../../../../kit/worker-rig.js'

test('a plain function takes the payload as its argument', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction(
    'double',
    iiiFn((n: number) => n * 2),
  )
  rig.worker.registerFunction(
    'later',
    iiiAsyncFn(async (text: string) => `later: ${text}`),
  )
  const ids = [rig.link.invoke('double', 21), rig.link.invoke('later', 'x')]
  await rig.settle()
  expect(ids.map((id) => rig.link.resultOf(id)?.result)).toEqual([42, 'later: x'])
})

test('a positional function takes a list as its arguments, and rejects any other payload', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction(
    'add',
    iiiFn((a: number, b: number) => a + b, { positional: true }),
  )
  const ids = [rig.link.invoke('add', [3, 4]), rig.link.invoke('add', { a: 3 })]
  await rig.settle()
  expect(rig.link.resultOf(ids[0]!)?.result).toBe(7)
  expect(rig.link.resultOf(ids[1]!)?.error).toMatchObject({
    code: 'deserialization_error',
    message: 'The payload must be a list of at most 10000 arguments, got an object',
  })
})

test('the registration takes its formats unless it has its own', async () => {
  const rig = await connectedRig()
  const wrapped = iiiFn((n: number) => n, { input: { type: 'number' }, output: { type: 'integer' } })
  rig.worker.registerFunction('a', wrapped)
  rig.worker.registerFunction('b', wrapped, { request_format: { type: 'string' } })
  await rig.settle()
  expect(rig.link.all('registerfunction')).toMatchObject([
    { id: 'a', request_format: { type: 'number' }, response_format: { type: 'integer' } },
    { id: 'b', request_format: { type: 'string' }, response_format: { type: 'integer' } },
  ])
})
