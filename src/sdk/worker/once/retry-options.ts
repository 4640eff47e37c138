/** How a call is sent again, as users write it. */
import type { Duration } from '../options/duration.js'

/** Options of `retry`. */
export type RetryOptions = {
  /** How often the call is sent at most, the first time included. Default 3, maximum 100. */
  attempts?: number | undefined
  /**
   * The pause before the call is sent again: a duration, or the first and the longest one; it doubles in between, ± 30 % at
   * random. Default `'100ms..5s'`.
   */
  backoff?: Duration | undefined
  /**
   * Time limit of one attempt in milliseconds, for calls with an idempotency key. Default: the time limit of the call divided
   * by the attempts.
   */
  attemptTimeoutMs?: number | undefined
}
