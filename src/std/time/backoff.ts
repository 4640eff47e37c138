/**
 * Exponential backoff with jitter: how long to wait before attempt n. Pure; knows no sockets and keeps no count.
 */
import type { Random } from '../random.js'

/** Shape of a growing delay. All durations in milliseconds. */
export interface BackoffPolicy {
  /** Delay before the first retry. */
  readonly initialDelayMs: number
  /** Upper bound, jitter included. */
  readonly maxDelayMs: number
  /** Growth from one retry to the next. */
  readonly backoffMultiplier: number
  /** Share of the delay that is random: 0 is deterministic, 0.3 spreads by ±30 %, at the cap by −30 % alone. */
  readonly jitterFactor: number
}

/** The first delay actually used: never under 1 ms, so a zero cannot become a busy loop. */
export function effectiveInitialDelayMs(policy: Pick<BackoffPolicy, 'initialDelayMs'>): number {
  return Math.max(1, policy.initialDelayMs)
}

/** Stands in for an infinite delay, with which the sums below would not be numbers. About 285 years. */
const LONGEST_DELAY_MS = Number.MAX_SAFE_INTEGER / 1000

/** Delay in milliseconds before retry `attempt`, counted from 1. */
export function backoffDelayMs(policy: BackoffPolicy, attempt: number, random: Random): number {
  const grown = effectiveInitialDelayMs(policy) * policy.backoffMultiplier ** (attempt - 1)
  const maxDelayMs = Math.min(policy.maxDelayMs, LONGEST_DELAY_MS)
  const capped = Math.min(grown, maxDelayMs)
  const shortest = Math.max(1, capped * (1 - policy.jitterFactor))
  // Cut off before the draw, not after: else half of all delays at the cap would be the same, and workers that lost
  // their engine together would come back together.
  const longest = Math.max(shortest, Math.min(capped * (1 + policy.jitterFactor), maxDelayMs))
  return shortest + (longest - shortest) * random.next()
}
