/** Tracks open connections to clients, so that a stop can wait for their closing handshakes. */
import type { Clock } from '../../std/time/clock.js'
import { deferred, type Deferred } from '../../std/async/deferred.js'
import { ForwardedEvents, type Closed, type Transport, type TransportEvents } from '../../wire/transport/transport.js'

export class OpenLinks {
  readonly #links = new Set<Transport>()
  #empty: Deferred<void> | undefined

  get size(): number {
    return this.#links.size
  }

  /** The same events, with the connection counted until it closes. */
  watch(transport: Transport, events: TransportEvents): TransportEvents {
    this.#links.add(transport)
    return new WatchedEvents(events, () => {
      this.#links.delete(transport)
      if (this.#links.size === 0) this.#empty?.resolve()
    })
  }

  /**
   * Sends a close frame on every connection, waits until all have closed or the time limit expires, and cuts the rest.
   */
  async close(clock: Clock, limitMs: number): Promise<void> {
    for (const link of this.#links) link.close()
    if (this.#links.size > 0) {
      this.#empty = deferred()
      const timer = clock.after(limitMs, this.#empty.resolve)
      await this.#empty.promise
      timer.cancel()
    }
    for (const link of this.#links) link.terminate()
  }
}

class WatchedEvents extends ForwardedEvents {
  readonly #onClose: () => void

  constructor(next: TransportEvents, onClose: () => void) {
    super(next)
    this.#onClose = onClose
  }

  override close(closed: Closed): void {
    this.#onClose()
    super.close(closed)
  }
}
