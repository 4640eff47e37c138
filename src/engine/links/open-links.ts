/**
 * Links to clients that are open, so that stopping can wait for their close frames.
 */
import type { Clock } from '../../std/time/clock.js'
import { deferred, type Deferred } from '../../std/async/deferred.js'
import { ForwardedEvents, type Closed, type Transport, type TransportEvents } from '../../wire/transport/transport.js'

export class OpenLinks {
  readonly #links = new Set<Transport>()
  #empty: Deferred<void> | undefined

  get size(): number {
    return this.#links.size
  }

  /** The same events, with the link counted until it closes. */
  watch(transport: Transport, events: TransportEvents): TransportEvents {
    this.#links.add(transport)
    return new WatchedEvents(events, () => {
      this.#links.delete(transport)
      if (this.#links.size === 0) this.#empty?.resolve()
    })
  }

  /** Sends a close frame on every link, waits up to a limit until all have closed, and cuts those that are left. */
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
