import { expect, test } from 'vitest'
import { deferred } from '../../../../src/std/async/deferred.js'

test('a deferred settles once, with the first outcome', async () => {
  const resolved = deferred<number>()
  resolved.resolve(1)
  resolved.resolve(2)
  resolved.reject(new Error('late'))
  const rejected = deferred<number>()
  rejected.reject('first')
  rejected.resolve(3)

  expect(await resolved.promise).toBe(1)
  await expect(rejected.promise).rejects.toBe('first')
})
