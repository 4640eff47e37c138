/** Follows a claim of another worker without comparing clocks: a lease that stays as it is for its whole time is lost. */
import type { Clock } from '../../../std/time/clock.js'
import type { Top } from './claims.js'

/** Notices claims that are not extended any more, whatever the clock of their owner says. */
export class LeaseWatch {
  readonly #clock: Clock
  #seen = ''
  #since = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether the claim has stayed as it is for longer than `leaseMs`. */
  isLost({ claim, leaseEndsAt }: Top, leaseMs: number): boolean {
    const seen = `${claim.token} ${String(leaseEndsAt)}`
    if (seen === this.#seen) return this.#clock.now() - this.#since > leaseMs
    this.#seen = seen
    this.#since = this.#clock.now()
    return false
  }
}
