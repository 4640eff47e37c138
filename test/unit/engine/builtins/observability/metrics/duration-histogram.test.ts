import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DurationHistogram } from '../../../../../../src/engine/builtins/observability/metrics/duration-histogram.js'

test('without durations everything is zero', () => {
  const histogram = new DurationHistogram()
  expect([histogram.meanMs, histogram.minMs, histogram.maxMs, histogram.percentileMs(0.5)]).toEqual([0, 0, 0, 0])
})

test('percentiles are within seven percent, or a microsecond, of the exact ones', () => {
  const durations = fc.array(fc.double({ min: 0.001, max: 1_000_000, noNaN: true }), { minLength: 1, maxLength: 300 })
  fc.assert(
    fc.property(durations, fc.constantFrom(0.5, 0.95, 0.99, 1), (list, share) => {
      const histogram = new DurationHistogram()
      for (const duration of list) histogram.add(duration)
      const sorted = [...list].sort((a, b) => a - b)
      const exact = sorted[Math.ceil(list.length * share) - 1]!
      expect(Math.abs(histogram.percentileMs(share) - exact)).toBeLessThanOrEqual(exact * 0.07 + 0.001)
      expect(histogram.minMs).toBe(sorted[0])
      expect(histogram.maxMs).toBe(sorted.at(-1))
    }),
  )
})

test('a duration above every bucket is counted in the last one', () => {
  const histogram = new DurationHistogram()
  histogram.add(1e12)
  histogram.add(0)
  expect(histogram.maxMs).toBe(1e12)
  expect(histogram.percentileMs(1)).toBeGreaterThan(4_000_000)
})
