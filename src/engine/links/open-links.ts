/** Tracks open connections to clients, so that a stop can wait for their closing handshakes. */
import type { Clock } from '../../std/time/clock.js'
import { deferred, type Deferred } from '../../std/async/deferred.js'
import { failFrame, type Transport, type TransportEvents } from '../../wire/transport/transport.js'

export class OpenLinks {
  readonly #links = new Set<Transport>()
  #empty: Deferred<void> | undefined

  get size(): number {
    return this.#links.size
  }

  /** The same events, with the connection counted until it closes. */
  watch(transport: Transport, events: TransportEvents): TransportEvents {
    this.#links.add(transport)
    return {
      open: () => events.open(),
      text: (frame) => events.text(frame),
      binary: (frame) => events.binary(frame),
      activity: () => events.activity(),
      drained: () => events.drained(),
      frameFailed: (error) => failFrame(events, error),
      close: (closed) => {
        this.#links.delete(transport)
        if (this.#links.size === 0) this.#empty?.resolve()
        events.close(closed)
      },
    }
  }

  /** Sends a close frame on every connection and waits until all are closed, up to a time limit; then cuts the rest. */
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
