/**
 * Telemetry frames that wait until the socket accepts them, with lower priority than calls. When a limit is exceeded,
 * frames are dropped and counted. Never throws, and never keeps the process alive.
 */
import { MAX_MESSAGE_BYTES } from '../../../wire/protocol/limits.js'
import { BoundedQueue } from '../../../std/async/bounded-queue.js'
import type { Clock, Timer } from '../../../std/time/clock.js'

/** The receiver of frames from exporters. */
export interface FrameSink {
  /** False if a frame would be dropped, so that it is not serialised for nothing. */
  readonly hasRoom: boolean
  /** Accepts a frame with the number of its spans, records or points; false if it was dropped. */
  send(frame: Uint8Array, records: number): boolean
  /** Counts items that were dropped before they became a frame. */
  drop(records: number): void
  /** Resolves once a collector has what waits, or it was dropped. Absent if no receipt exists. Never rejects. */
  settled?(): Promise<void>
}

export interface OutboxPorts {
  readonly clock: Clock
  /** Passes a frame to the socket; false if it has to wait. */
  readonly offer: (frame: Uint8Array) => boolean
  readonly isUp: () => boolean
  /** Whether the socket has ended permanently, so that waiting frames cannot be sent. */
  readonly isOver: () => boolean
}

export interface OutboxCaps {
  readonly maxFrames: number
  /** The limit while there is no connection: old telemetry is of little use afterwards. */
  readonly maxFramesOffline: number
  readonly maxBytes: number
}

/** Delay before a busy socket is tried again. */
const RETRY_MS = 50

interface Waiting {
  readonly frame: Uint8Array
  readonly records: number
}

export class TelemetryOutbox implements FrameSink {
  readonly #ports: OutboxPorts
  readonly #caps: OutboxCaps
  readonly #queue: BoundedQueue<Waiting>
  #retry: Timer | undefined
  #dropped = 0
  #isFlushing = false
  /** A frame did not fit: until one is sent, further ones are not serialised. */
  #isFull = false
  #closed = false

  constructor(ports: OutboxPorts, caps: OutboxCaps) {
    this.#ports = ports
    this.#caps = caps
    this.#queue = new BoundedQueue({ maxItems: caps.maxFrames, maxBytes: caps.maxBytes, maxAgeMs: Infinity })
  }

  /** Spans, log records and metric points that were not sent. */
  get dropped(): number {
    return this.#dropped
  }

  get waiting(): number {
    return this.#queue.size
  }

  get hasRoom(): boolean {
    const cap = this.#ports.isUp() ? this.#caps.maxFrames : this.#caps.maxFramesOffline
    return !this.#isEnded && !this.#isFull && this.#queue.size < cap && this.#queue.bytes < this.#caps.maxBytes
  }

  send(frame: Uint8Array, records: number): boolean {
    if (this.#isEnded || frame.byteLength > MAX_MESSAGE_BYTES || !this.#take({ frame, records })) {
      this.#dropped += records
      return false
    }
    return true
  }

  drop(records: number): void {
    this.#dropped += records
  }

  /** Sends as much as the socket accepts now. */
  flush(): void {
    // A socket may report capacity while it is accepting a frame.
    if (this.#isFlushing) return
    this.#isFlushing = true
    for (let waiting = this.#queue.peek(); waiting !== undefined; waiting = this.#queue.peek()) {
      if (!this.#ports.offer(waiting.frame)) break
      this.#queue.shift()
      this.#isFull = false
    }
    this.#isFlushing = false
    if (this.#queue.size === 0 || !this.#ports.isUp()) this.#cancelRetry()
    else this.#retryLater()
  }

  /** Sends as much as the socket accepts now and counts the rest as dropped. */
  close(): void {
    this.flush()
    this.#cancelRetry()
    this.#closed = true
    for (const { records } of this.#queue.drain()) this.#dropped += records
  }

  get #isEnded(): boolean {
    return this.#closed || this.#ports.isOver()
  }

  #take(waiting: Waiting): boolean {
    if (this.#queue.size === 0 && this.#ports.offer(waiting.frame)) return true
    if (!this.hasRoom) return false
    if (this.#queue.push(waiting, waiting.frame.byteLength, 0) !== undefined) {
      this.#isFull = true
      return false
    }
    this.flush()
    return true
  }

  #retryLater(): void {
    this.#retry ??= this.#ports.clock.after(
      RETRY_MS,
      () => {
        this.#retry = undefined
        this.flush()
      },
      'background',
    )
  }

  #cancelRetry(): void {
    this.#retry?.cancel()
    this.#retry = undefined
  }
}
