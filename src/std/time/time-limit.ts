/**
 * A time limit that several steps share: each step gets the time that the earlier ones left. Knows nothing of the
 * steps.
 */
import type { Clock } from './clock.js'

export class TimeLimit {
  readonly #clock: Clock
  readonly #endsAt: number

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock
    this.#endsAt = clock.now() + limitMs
  }

  /** The time that is left. */
  get remainingMs(): number {
    return Math.max(0, this.#endsAt - this.#clock.now())
  }

  /** Waits until work settles or the limit expires. Never rejects; a later result of the work is ignored. */
  wait(work: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(this.remainingMs, resolve)
      const done = (): void => {
        timer.cancel()
        resolve()
      }
      work.then(done, done)
    })
  }
}
