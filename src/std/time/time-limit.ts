/**
 * A limit that several steps share: each gets what the earlier ones have left of it. Knows nothing of what is waited
 * for, nor how it went.
 */
import type { Clock } from './clock.js'

export class TimeLimit {
  readonly #clock: Clock
  readonly #endsAt: number

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock
    this.#endsAt = clock.now() + limitMs
  }

  /** Waits for work to settle, or for the limit. Never rejects; what becomes of the work later is nobody's business. */
  wait(work: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(Math.max(0, this.#endsAt - this.#clock.now()), resolve)
      const done = (): void => {
        timer.cancel()
        resolve()
      }
      work.then(done, done)
    })
  }
}
