import { expect, test } from 'vitest'
import { connectedRig } from '../kit/worker-rig.js'

test('a promise that settles twice is answered once', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('twice', () => {
    const promise = Promise.resolve('kept')
    promise.then = ((onResolved: (value: string) => void, onRejected: (reason: unknown) => void) => {
      onResolved('first')
      onResolved('second')
      onRejected(new Error('third'))
      throw new Error('fourth')
    }) as never
    return promise
  })
  const id = rig.link.invoke('twice')
  await rig.settle()

  expect(rig.link.all('invocationresult')).toHaveLength(1)
  expect(rig.link.resultOf(id)).toMatchObject({ result: 'first' })
  expect(rig.worker.stats().runningInvocations).toBe(0)
})
