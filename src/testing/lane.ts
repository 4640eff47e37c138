/**
 * One direction of a connection: frames are delivered in order, after a delay, or once they are no longer held. Knows
 * nothing of the frames. The queue is bounded: when the limit is exceeded, the owner is notified.
 */
import type { Clock, Timer } from '../std/time/clock.js'
import { BoundedQueue } from '../std/async/bounded-queue.js'

export interface LaneOptions {
  readonly clock: Clock
  readonly latencyMs: number
  /** Called when a frame was dropped because the queue is full. */
  readonly onFull: () => void
}

interface Delivery {
  readonly dueAt: number
  readonly run: () => void
}

const CAPS = { maxItems: 100_000, maxBytes: 256 * 1024 * 1024, maxAgeMs: Infinity }

export class Lane {
  readonly #options: LaneOptions
  readonly #waiting = new BoundedQueue<Delivery>(CAPS)
  #timer: Timer | undefined
  #isHeld = false

  constructor(options: LaneOptions) {
    this.#options = options
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#waiting.bytes
  }

  /** Delivers now if nothing waits or is held, otherwise in order. */
  push(run: () => void, bytes = 0): void {
    const { clock, latencyMs, onFull } = this.#options
    if (!this.#isHeld && latencyMs === 0 && this.#waiting.size === 0) {
      run()
      return
    }
    const now = clock.now()
    if (this.#waiting.push({ dueAt: now + latencyMs, run }, bytes, now) !== undefined) onFull()
    else this.#deliverDue()
  }

  /** Holds all frames from now on. */
  hold(): void {
    this.#isHeld = true
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** Delivers the waiting frames, in order. */
  release(): void {
    this.#isHeld = false
    this.#deliverDue()
  }

  /** Drops the waiting frames. */
  clear(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#waiting.drain()
  }

  #deliverDue(): void {
    const { clock } = this.#options
    for (let next = this.#waiting.peek(); next !== undefined && !this.#isHeld; next = this.#waiting.peek()) {
      const leftMs = next.dueAt - clock.now()
      if (leftMs > 0) {
        this.#timer ??= clock.after(leftMs, () => {
          this.#timer = undefined
          this.#deliverDue()
        })
        return
      }
      this.#waiting.shift()
      next.run()
    }
  }
}
