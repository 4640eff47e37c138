/**
 * How many requests are worked on at a time. Those above the limit wait in order of arrival; a waiting one whose client
 * leaves or whose time is over gives its place up. The line itself is bounded.
 */
import { deferred, type Deferred } from '../../../../std/async/deferred.js'
import type { Exchange } from '../exchange.js'

/** Longest line of waiting requests; more are turned away. */
const MAX_WAITING = 10_000

export class RequestLimit {
  readonly #maxActive: number
  readonly #line = new Set<Deferred<undefined>>()
  #active = 0

  constructor(maxActive: number) {
    this.#maxActive = maxActive
  }

  /** Requests in the line. */
  get waiting(): number {
    return this.#line.size
  }

  /** Whether one more request would find no place in the line. */
  get isFull(): boolean {
    return this.#active >= this.#maxActive && this.#line.size >= MAX_WAITING
  }

  /** Runs work in a place of its own once there is one, and gives the place back when the work settles. */
  async run<T>(exchange: Exchange, work: () => Promise<T>): Promise<T> {
    await this.#enter(exchange)
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  async #enter(exchange: Exchange): Promise<void> {
    if (this.#active < this.#maxActive) {
      this.#active += 1
      return
    }
    const turn = deferred<undefined>()
    this.#line.add(turn)
    try {
      await exchange.during(turn.promise)
    } catch (ended) {
      // Not in the line any more: the place was handed over in the same moment and goes to the next.
      if (!this.#line.delete(turn)) this.#leave()
      throw ended
    }
  }

  #leave(): void {
    const [next] = this.#line
    if (next === undefined) {
      this.#active -= 1
      return
    }
    this.#line.delete(next)
    next.resolve(undefined)
  }
}
