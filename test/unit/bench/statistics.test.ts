import { expect, test } from 'vitest'
import { median, percentile, ratios, spread } from '../../../bench/statistics.js'

test('The median is the middle value, or the mean of the middle two', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
  expect(median([10, 9])).toBe(9.5)
  expect(median([])).toBeNaN()
})

test('The median leaves its input as it was', () => {
  const values = [3, 1, 2]
  median(values)
  expect(values).toEqual([3, 1, 2])
})

test('The spread is the range in relation to the median', () => {
  expect(spread([8, 10, 12])).toBeCloseTo(0.4)
})

test('Ratios are taken round by round, so that a slow round does not count against one side', () => {
  expect(median(ratios([10, 100, 11], [10, 100, 10]))).toBe(1)
})

test('A percentile is the smallest value that enough others do not exceed', () => {
  const values = Array.from({ length: 200 }, (_, i) => 200 - i)
  expect(percentile(values, 0.95)).toBe(190)
  expect(percentile([7], 0.5)).toBe(7)
  expect(percentile([], 0.5)).toBeNaN()
})
