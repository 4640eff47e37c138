import { expect, test } from 'vitest'
import { backoffDelayMs } from '../../src/std/time/backoff.js'
import { seededRandom } from '../kit/seeded-random.js'

test('delays at the cap spread below it, so that workers that lost their engine together do not return together', () => {
  const random = seededRandom(1)
  const policy = { initialDelayMs: 1_000, maxDelayMs: 30_000, backoffMultiplier: 2, jitterFactor: 0.3 }
  const delays = Array.from({ length: 1_000 }, () => backoffDelayMs(policy, 20, random))

  expect(new Set(delays).size).toBeGreaterThan(990)
  expect(Math.min(...delays)).toBeLessThan(22_000)
  expect(Math.max(...delays)).toBeLessThanOrEqual(30_000)
})
