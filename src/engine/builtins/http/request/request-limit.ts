/**
 * Limits the requests handled at a time. Further ones wait in order of arrival, and leave the queue when their client
 * disconnects or their time limit expires. The queue is bounded.
 */
import { deferred } from '../../../../std/async/deferred.js'
import { Gate } from '../../../../std/async/gate.js'
import type { Exchange } from '../exchange.js'

/** Maximum waiting requests; further ones are refused. */
const MAX_WAITING = 10_000

export class RequestLimit {
  readonly #gate: Gate

  constructor(maxActive: number) {
    this.#gate = new Gate(maxActive)
  }

  /** Number of waiting requests. */
  get waiting(): number {
    return this.#gate.waiting
  }

  resize(maxActive: number): void {
    this.#gate.resize(maxActive)
  }

  /** Whether the queue is full. */
  get isFull(): boolean {
    return this.#gate.isFull && this.#gate.waiting >= MAX_WAITING
  }

  /** Runs work once a slot is free, and releases the slot when the work settles. */
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
      // No longer queued: the slot was granted at the same moment and goes to the next request.
      if (!this.#gate.withdraw(resolve)) this.#gate.leave()
      throw ended
    }
  }
}
