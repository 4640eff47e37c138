/** Exponential backoff with jitter: computes the delay before attempt n. Pure and stateless. */
import type { Random } from '../random.js'

/** Parameters of a growing delay. All durations in milliseconds. */
export interface BackoffPolicy {
  /** Delay before the first retry. */
  readonly initialDelayMs: number
  /** Upper bound, including jitter. */
  readonly maxDelayMs: number
  /** Growth factor from one retry to the next. */
  readonly backoffMultiplier: number
  /** Random share of the delay: 0 is deterministic, 0.3 spreads by ±30 %, at the upper bound by −30 % only. */
  readonly jitterFactor: number
}

/** The first delay in effect: at least 1 ms, so that 0 cannot cause a busy loop. */
export function effectiveInitialDelayMs(policy: Pick<BackoffPolicy, 'initialDelayMs'>): number {
  return Math.max(1, policy.initialDelayMs)
}

/** Replaces an infinite delay, for which the sums below would be NaN. About 285 years. */
const LONGEST_DELAY_MS = Number.MAX_SAFE_INTEGER / 1000

/** Delay in milliseconds before retry `attempt`, counted from 1. */
export function backoffDelayMs(policy: BackoffPolicy, attempt: number, random: Random): number {
  const grown = effectiveInitialDelayMs(policy) * policy.backoffMultiplier ** (attempt - 1)
  const maxDelayMs = Math.min(policy.maxDelayMs, LONGEST_DELAY_MS)
  const capped = Math.min(grown, maxDelayMs)
  const shortest = Math.max(1, capped * (1 - policy.jitterFactor))
  // Limited before the random draw, not after. Otherwise half of all delays at the bound would be equal, and workers
  // that lost their engine together would reconnect together.
  const longest = Math.max(shortest, Math.min(capped * (1 + policy.jitterFactor), maxDelayMs))
  return shortest + (longest - shortest) * random.next()
}
