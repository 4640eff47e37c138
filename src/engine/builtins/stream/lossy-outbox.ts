/**
 * Sends messages to a client that may read slowly. Messages go to the socket up to a limit, further ones wait, and
 * above a second limit the oldest is dropped. Drops are counted, and logged once until the client catches up. The order
 * is kept.
 */
import { BoundedQueue } from '../../../std/async/bounded-queue.js'
import type { Log } from '../../../std/log.js'
import type { ByteShare, SharedBytes } from '../../../wire/transport/shared-bytes.js'
import type { Transport } from '../../../wire/transport/transport.js'
import type { Counters } from '../../counters.js'

/** Maximum bytes in the socket that the system has not accepted yet. Above it, messages wait here. */
const SEND_WINDOW_BYTES = 1024 * 1024
const MAX_WAITING_BYTES = 8 * 1024 * 1024

interface OutboxParts {
  readonly log: Log
  readonly counters: Pick<Counters, 'dropped'>
  readonly unread: SharedBytes
}

export class LossyOutbox {
  readonly #transport: Transport
  readonly #parts: OutboxParts
  readonly #waiting: BoundedQueue<string>
  /** Its share of what waits for all clients. */
  readonly #unread: ByteShare
  #jammed = false
  #lost = 0

  /** @param maxWaiting maximum messages that wait. */
  constructor(transport: Transport, maxWaiting: number, parts: OutboxParts) {
    this.#transport = transport
    this.#parts = parts
    this.#unread = parts.unread.of({ cut: () => transport.terminate() })
    this.#waiting = new BoundedQueue({ maxItems: maxWaiting, maxBytes: MAX_WAITING_BYTES, maxAgeMs: Infinity })
  }

  /** Messages dropped so far. */
  get lost(): number {
    return this.#lost
  }

  send(text: string): void {
    if (!this.#jammed) {
      this.#transport.send(text)
      if (this.#transport.bufferedBytes > SEND_WINDOW_BYTES) this.#wait()
      return
    }
    // A cheap estimate: never less than a third of the bytes in UTF-8.
    while (this.#waiting.push(text, text.length, 0) !== undefined) {
      this.#waiting.shift()
      this.#lose(1)
    }
    this.#count()
  }

  /** The client has left. */
  close(): void {
    this.#unread.set(0)
  }

  /** Counts messages that were dropped before they were added. */
  noteLost(count: number): void {
    if (count === 0) return
    this.#lose(count)
    this.#report(count)
  }

  #count(): void {
    this.#unread.set(this.#transport.bufferedBytes + this.#waiting.bytes)
  }

  #lose(count: number): void {
    this.#lost += count
    this.#parts.counters.dropped.streamEvents += count
  }

  #report(lost: number): void {
    this.#parts.log.warn({ lost }, 'A stream client reads too slowly; its oldest messages were dropped')
  }

  #wait(): void {
    this.#jammed = true
    this.#count()
    const lostBefore = this.#lost
    this.#transport.flushed(() => {
      if (this.#lost > lostBefore) this.#report(this.#lost - lostBefore)
      this.#jammed = false
      this.#unread.set(0)
      for (const text of this.#waiting.drain()) this.send(text)
    })
  }
}
