import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { handleRejection } from '../../../../src/std/async/deferred.js'

const received = async (result: unknown): Promise<unknown[]> => {
  const errors: unknown[] = []
  handleRejection(result, (error) => errors.push(error))
  await new Promise((resolve) => setImmediate(resolve))
  return errors
}

test('a rejection is handled, whichever realm its promise is from', async () => {
  expect(await received(Promise.reject(new Error('own')))).toMatchObject([{ message: 'own' }])
  expect(await received(runInNewContext('Promise.reject(new Error("foreign"))'))).toMatchObject([
    { message: 'foreign' },
  ])
})

test('fulfilled promises and other values are ignored', async () => {
  const asked: string[] = []
  const thenable = { then: () => asked.push('then') }
  for (const result of [Promise.resolve(1), undefined, null, 5, thenable]) expect(await received(result)).toEqual([])
  expect(asked).toEqual([])
})
