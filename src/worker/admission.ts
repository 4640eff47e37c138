/**
 * How many invocations run at a time: first each function's own limit, then the worker's. The others wait in order, up
 * to a cap. What waits when its link ends is dropped, since its caller is told otherwise. Knows no handlers.
 */
import type { Served } from '../rpc/served.js'
import { Gate } from '../std/gate.js'

/** Invocations that may wait in one worker; more are answered with `WORKER_BUSY`. */
export const MAX_WAITING_INVOCATIONS = 10_000

export class Admission {
  readonly #worker: Gate
  readonly #isLimited: boolean
  #refused = 0
  /** What waits, and how to take it back. */
  readonly #waiting = new Map<Served, () => void>()

  constructor(maxConcurrent: number) {
    this.#worker = new Gate(maxConcurrent)
    this.#isLimited = maxConcurrent !== Infinity
  }

  /** Invocations that found too many waiting, since the start. */
  get refused(): number {
    return this.#refused
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** Runs an invocation once its function and the worker have room; false when too many wait already. */
  admit(served: Served, own: Gate | undefined, run: (leave: () => void) => void): boolean {
    if (own === undefined && !this.#isLimited) {
      run(nothing)
      return true
    }
    const mustWait = this.#worker.isFull || own?.isFull === true
    if (mustWait && this.#waiting.size >= MAX_WAITING_INVOCATIONS) {
      this.#refused += 1
      return false
    }
    const leave = (): void => {
      this.#worker.leave()
      own?.leave()
    }
    const enter = (): void => {
      this.#waiting.delete(served)
      run(leave)
    }
    const queue = (): void => {
      this.#waiting.set(served, () => {
        if (this.#worker.withdraw(enter)) own?.leave()
      })
      this.#worker.enter(enter)
    }
    if (own === undefined) {
      queue()
      return true
    }
    this.#waiting.set(served, () => void own.withdraw(queue))
    own.enter(queue)
    return true
  }

  /** Takes back everything that waits, and says what it was. */
  dropWaiting(): Served[] {
    const dropped = [...this.#waiting]
    this.#waiting.clear()
    // Last come first: one that gives its place up must not let in another that is dropped, too.
    for (const [, withdraw] of dropped.reverse()) withdraw()
    return dropped.map(([served]) => served)
  }
}

const nothing = (): void => undefined
