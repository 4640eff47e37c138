import { expect, test } from 'vitest'
import { weightOf } from '../../../../src/std/json/weight.js'

test('the weight of a value grows with its texts and its members, and depth cannot overflow it', () => {
  expect(weightOf({ a: 'xxxx' })).toBeGreaterThan(weightOf({ a: 'x' }))
  expect(weightOf([1, 2, 3])).toBeGreaterThan(weightOf([1]))
  let deep: unknown = 'x'
  for (let level = 0; level < 100_000; level++) deep = [deep]
  expect(weightOf(deep)).toBeGreaterThan(0)
})
