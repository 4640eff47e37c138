/**
 * One lane for expensive work of all clients: a single piece runs in each event-loop tick, in order of arrival, so that
 * every other client waits for one piece at most. Knows nothing of what the work is.
 */
import type { LoopClock } from './clock.js'

/** Does one piece of work; true when nothing is left of it. Never throws. */
type Step = () => boolean

export class TickLane {
  readonly #clock: Pick<LoopClock, 'nextTurn'>
  /** In order of arrival; a set, since the first is taken out often. */
  readonly #waiting = new Set<Step>()
  #isScheduled = false

  constructor(clock: Pick<LoopClock, 'nextTurn'>) {
    this.#clock = clock
  }

  /** Work that has not ended. */
  get size(): number {
    return this.#waiting.size
  }

  /** Runs `step` in a tick of its own until it has nothing left to do. */
  add(step: Step): void {
    this.#waiting.add(step)
    this.#schedule()
  }

  /** Takes work out that has not ended; false when it is not there any more. */
  remove(step: Step): boolean {
    return this.#waiting.delete(step)
  }

  /** Runs `work` in a tick of its own; settles with what it returns or throws. */
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
