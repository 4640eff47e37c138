/**
 * How many requests are worked on at a time. Those above the limit wait in order of arrival; a waiting one whose client
 * leaves or whose time is over gives its place up. The line itself is bounded.
 */
import { deferred } from '../../../../std/async/deferred.js'
import { Gate } from '../../../../std/async/gate.js'
import type { Exchange } from '../exchange.js'

/** Longest line of waiting requests; more are turned away. */
const MAX_WAITING = 10_000

export class RequestLimit {
  readonly #gate: Gate

  constructor(maxActive: number) {
    this.#gate = new Gate(maxActive)
  }

  /** Requests in the line. */
  get waiting(): number {
    return this.#gate.waiting
  }

  /** Whether one more request would find no place in the line. */
  get isFull(): boolean {
    return this.#gate.isFull && this.#gate.waiting >= MAX_WAITING
  }

  /** Runs work in a place of its own once there is one, and gives the place back when the work settles. */
  async run<T>(exchange: Exchange, work: () => Promise<T>): Promise<T> {
    await this.#enter(exchange)
    try {
      return await work()
    } finally {
      this.#gate.leave()
    }
  }

  async #enter(exchange: Exchange): Promise<void> {
    const { promise, resolve } = deferred<void>()
    this.#gate.enter(resolve)
    try {
      await exchange.during(promise)
    } catch (ended) {
      // Not in the line any more: the place was handed over in the same moment and goes to the next.
      if (!this.#gate.withdraw(resolve)) this.#gate.leave()
      throw ended
    }
  }
}
