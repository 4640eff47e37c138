import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffDelayMs, effectiveInitialDelayMs } from '../../../../src/std/time/backoff.js'
import { seededRandom } from '../../../kit/seeded-random.js'

const steady = { initialDelayMs: 1_000, maxDelayMs: 30_000, backoffMultiplier: 2, jitterFactor: 0 }

test('without jitter the delay doubles from the first retry to the cap', () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 100].map((attempt) => backoffDelayMs(steady, attempt, seededRandom(1)))

  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
})

test('jitter reaches both ends of its range and never passes the cap', () => {
  const policy = { ...steady, jitterFactor: 0.3 }
  const at = (value: number, attempt: number): number =>
    backoffDelayMs(policy, attempt, { next: () => value, uuid: () => '' })

  expect([at(0, 1), at(0.5, 1), at(1, 1)]).toEqual([700, 1_000, 1_300])
  expect([at(0, 9), at(0.5, 9), at(1, 9)]).toEqual([21_000, 25_500, 30_000])
})

test('a zero first delay cannot become a busy loop', () => {
  expect(effectiveInitialDelayMs({ initialDelayMs: 0 })).toBe(1)
  expect(backoffDelayMs({ ...steady, initialDelayMs: 0, jitterFactor: 1 }, 1, { next: () => 0, uuid: () => '' })).toBe(
    1,
  )
})

test('every delay is a number from 1 ms to the cap', () => {
  const policy = fc.record({
    initialDelayMs: fc.oneof(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.constant(Infinity)),
    maxDelayMs: fc.oneof(fc.double({ min: 1, max: 1e9, noNaN: true }), fc.constant(Infinity)),
    backoffMultiplier: fc.oneof(fc.double({ min: 1, max: 1e3, noNaN: true }), fc.constant(Infinity)),
    jitterFactor: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(policy, fc.integer({ min: 1, max: 10_000 }), fc.integer(), (shape, attempt, seed) => {
      const delayMs = backoffDelayMs(shape, attempt, seededRandom(seed))
      expect(delayMs).toBeGreaterThanOrEqual(1)
      expect(delayMs).toBeLessThanOrEqual(Math.max(1, shape.maxDelayMs))
      expect(delayMs).toBeLessThan(Infinity)
    }),
  )
})
