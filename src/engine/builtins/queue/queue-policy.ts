/**
 * How one queue works off its jobs. Named queues and topics write it in different words; this is what both mean.
 */
import { backoffDelayMs } from '../../../std/time/backoff.js'
import type { Random } from '../../../std/random.js'

export interface QueuePolicy {
  /** `fifo` keeps the order within each group; groups run side by side. `standard` promises no order. */
  readonly mode: 'standard' | 'fifo'
  /** Attempts in total, the first one included. */
  readonly maxAttempts: number
  /** Deliveries under way at once. */
  readonly concurrency: number
  /** Delay before the first retry; doubles with each further one. */
  readonly backoffMs: number
  /** Retries fall due on multiples of this. */
  readonly pollIntervalMs: number
}

/** What holds where nothing else is said. */
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
