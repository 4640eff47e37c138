/**
 * One direction of a link: deliveries leave in the order they came, after a delay, or once they are no longer held.
 * Knows nothing of what is delivered. What waits is bounded: beyond the cap the owner is told.
 */
import type { Clock, Timer } from '../std/time/clock.js'
import { BoundedQueue } from '../std/async/bounded-queue.js'

export interface LaneOptions {
  readonly clock: Clock
  readonly latencyMs: number
  /** Called when a delivery found no room; it is lost. */
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

  /** Delivers now when nothing stands in the way, else in its turn. */
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

  /** From now on everything waits. */
  hold(): void {
    this.#isHeld = true
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** Lets go what waits, in order. */
  release(): void {
    this.#isHeld = false
    this.#deliverDue()
  }

  /** Forgets what waits. */
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
