import { expect, test } from 'vitest'
import { backoffDelayMs } from '../../src/std/time/backoff.js'
import { seededRandom } from '../kit/seeded-random.js'

test.each([0, 0.3, 1])('a delay without upper bound stays a number at any attempt (jitter %d)', (jitterFactor) => {
  const policy = { initialDelayMs: 1_000, maxDelayMs: Infinity, backoffMultiplier: 2, jitterFactor }
  for (const attempt of [1, 60, 1_014, 1_015, 1_016, 5_000]) {
    const delayMs = backoffDelayMs(policy, attempt, seededRandom(attempt))
    expect(delayMs).toBeGreaterThanOrEqual(1)
    expect(delayMs).toBeLessThan(Infinity)
  }
})
