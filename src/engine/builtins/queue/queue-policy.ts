/**
 * Settings that determine how one queue runs its jobs. Named queues and topics spell them differently; both are
 * converted to these.
 */
import { backoffDelayMs } from '../../../std/time/backoff.js'
import type { Random } from '../../../std/random.js'

export interface QueuePolicy {
  /** `fifo` keeps the order within each group; groups run in parallel. `standard` guarantees no order. */
  readonly mode: 'standard' | 'fifo'
  /** Attempts in total, including the first. */
  readonly maxAttempts: number
  /** Deliveries at the same time. */
  readonly concurrency: number
  /** Delay before the first retry; doubles with each further one. */
  readonly backoffMs: number
  /** Retries are due on multiples of this. */
  readonly pollIntervalMs: number
}

/** The defaults. */
export const defaultPolicy: QueuePolicy = {
  mode: 'standard',
  maxAttempts: 3,
  concurrency: 10,
  backoffMs: 1000,
  pollIntervalMs: 100,
}

/** Longest delay between two attempts: one day. */
const MAX_BACKOFF_MS = 86_400_000

/** Delay before the retry that follows `attempts` failed attempts. */
export function retryDelayMs(policy: QueuePolicy, attempts: number, random: Random): number {
  const backoff = {
    initialDelayMs: policy.backoffMs,
    maxDelayMs: MAX_BACKOFF_MS,
    backoffMultiplier: 2,
    jitterFactor: 0,
  }
  return backoffDelayMs(backoff, attempts, random)
}
