/**
 * Limits the bytes of JSON bodies that are held at once. A large body is read from its socket only when there is
 * capacity. Waiting bodies are served in order of arrival and leave when their request ends. Small bodies are exempt.
 */
import { deferred, type Deferred } from '../../../../std/async/deferred.js'
import type { Exchange } from '../exchange.js'

/** Bytes of all large bodies, from their first byte to the end of their request. */
const MAX_BYTES = 64 * 1024 * 1024
/** A body up to this size is exempt. */
const FREE_BYTES = 64 * 1024

interface Waiting {
  readonly bytes: number
  readonly turn: Deferred<undefined>
}

export class BodyRoom {
  readonly #line = new Set<Waiting>()
  #bytes = 0

  /**
   * Reserves capacity for a body until its request ends.
   * @returns a function that releases all but the actual size of the body.
   * @throws {ExchangeEnded} when the request ends while it waits.
   */
  async take(exchange: Exchange, bytes: number): Promise<(actualBytes: number) => void> {
    if (bytes <= FREE_BYTES) return () => undefined
    await this.#enter(exchange, bytes)
    let held = bytes
    const keep = (kept: number): void => {
      this.#bytes -= held - kept
      held = kept
      this.#admit()
    }
    exchange.onOver(() => keep(0))
    return (actualBytes) => keep(actualBytes <= FREE_BYTES ? 0 : Math.min(actualBytes, held))
  }

  async #enter(exchange: Exchange, bytes: number): Promise<void> {
    if (this.#line.size === 0 && this.#fits(bytes)) {
      this.#bytes += bytes
      return
    }
    const waiting = { bytes, turn: deferred<undefined>() }
    this.#line.add(waiting)
    try {
      await exchange.during(waiting.turn.promise)
    } catch (ended) {
      // No longer queued: the capacity was granted at the same moment, so it is released.
      if (!this.#line.delete(waiting)) this.#bytes -= bytes
      this.#admit()
      throw ended
    }
  }

  /** One body of any size fits when there is no other. */
  #fits(bytes: number): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= MAX_BYTES
  }

  #admit(): void {
    for (const waiting of this.#line) {
      if (!this.#fits(waiting.bytes)) return
      this.#line.delete(waiting)
      this.#bytes += waiting.bytes
      waiting.turn.resolve(undefined)
    }
  }
}
