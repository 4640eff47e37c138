/**
 * Runs expensive work of all clients: one piece per event-loop tick, in order of arrival, so that every other client
 * waits for at most one piece. Knows nothing of the work.
 */
import type { LoopClock } from './clock.js'

/** Does one piece of work; returns true when it is complete. Never throws. */
type Step = () => boolean

export class TickLane {
  readonly #clock: Pick<LoopClock, 'nextTurn'>
  /** In order of arrival; a set, since the first is removed often. */
  readonly #waiting = new Set<Step>()
  #isScheduled = false

  constructor(clock: Pick<LoopClock, 'nextTurn'>) {
    this.#clock = clock
  }

  /** Work that has not ended. */
  get size(): number {
    return this.#waiting.size
  }

  /** Runs `step` in separate ticks until it is complete. */
  add(step: Step): void {
    this.#waiting.add(step)
    this.#schedule()
  }

  /** Removes work that has not ended; false if it is not queued any more. */
  remove(step: Step): boolean {
    return this.#waiting.delete(step)
  }

  /** Runs `work` in its own tick; settles with its result or error. */
  run<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.add(() => {
        try {
          resolve(work())
        } catch (error) {
          reject(error)
        }
        return true
      })
    })
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.size === 0) return
    this.#isScheduled = true
    this.#clock.nextTurn(() => {
      this.#isScheduled = false
      const [step] = this.#waiting
      if (step?.() === true) this.#waiting.delete(step)
      this.#schedule()
    })
  }
}
