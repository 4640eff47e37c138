/**
 * Limits the requests handled at a time. Further ones wait in order of arrival, and leave the queue when their client
 * disconnects or their time limit expires. The queue is bounded.
 */
import { deferred, type Deferred } from '../../../../std/async/deferred.js'
import type { Exchange } from '../exchange.js'

/** Maximum waiting requests; further ones are refused. */
const MAX_WAITING = 10_000

export class RequestLimit {
  readonly #maxActive: number
  readonly #line = new Set<Deferred<undefined>>()
  #active = 0

  constructor(maxActive: number) {
    this.#maxActive = maxActive
  }

  /** Number of waiting requests. */
  get waiting(): number {
    return this.#line.size
  }

  /** Whether the queue is full. */
  get isFull(): boolean {
    return this.#active >= this.#maxActive && this.#line.size >= MAX_WAITING
  }

  /** Runs work once a slot is free, and releases the slot when the work settles. */
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
      // No longer queued: the slot was granted at the same moment and goes to the next request.
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
