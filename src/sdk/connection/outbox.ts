/**
 * Queued frames that wait for the connection, oldest first, within limits. A frame whose sender cancelled it is not
 * sent; for a frame that expired, its sender is notified. Knows nothing of the meaning of frames.
 */
import { utf8Length } from '../../std/text/utf8.js'
import { BoundedQueue, type QueueCaps, type QueueFull } from '../../std/async/bounded-queue.js'
import type { Clock } from '../../std/time/clock.js'

/** Callbacks on the fate of a frame. */
export interface FrameSender {
  /** The frame was handed to the transport. */
  written(): void
  /** The frame was dropped unsent because it waited too long. */
  expired(): void
  /** The frame was dropped unsent because the connection ended permanently. */
  discarded(): void
}

interface Waiting {
  readonly frame: string
  readonly sender: FrameSender
}

export class Outbox {
  readonly #clock: Clock
  readonly #queue: BoundedQueue<Waiting>
  readonly #waiting = new Map<FrameSender, Waiting>()

  constructor(clock: Clock, caps: QueueCaps) {
    this.#clock = clock
    this.#queue = new BoundedQueue(caps)
  }

  get size(): number {
    return this.#queue.size
  }

  get bytes(): number {
    return this.#queue.bytes
  }

  /** Adds a frame, or returns the limit that refused it. */
  put(frame: string, sender: FrameSender): QueueFull | undefined {
    this.expire()
    const waiting = { frame, sender }
    const full = this.#queue.push(waiting, utf8Length(frame), this.#clock.now())
    if (full === undefined) this.#waiting.set(sender, waiting)
    return full
  }

  /** Removes an unsent frame; false if it is not queued any more. */
  withdraw(sender: FrameSender): boolean {
    const waiting = this.#waiting.get(sender)
    if (waiting === undefined) return false
    this.#waiting.delete(sender)
    return this.#queue.remove(waiting)
  }

  /** Sends frames in order while `maySend` allows it. */
  flush(send: (frame: string) => void, maySend: () => boolean): void {
    this.expire()
    while (maySend()) {
      const waiting = this.#queue.shift()
      if (waiting === undefined) return
      this.#waiting.delete(waiting.sender)
      send(waiting.frame)
      waiting.sender.written()
    }
  }

  /** Drops expired frames. */
  expire(): void {
    for (const { sender } of this.#queue.takeExpired(this.#clock.now())) {
      this.#waiting.delete(sender)
      sender.expired()
    }
  }

  /** Drops all frames. */
  discard(): void {
    this.#waiting.clear()
    for (const { sender } of this.#queue.drain()) sender.discarded()
  }
}
