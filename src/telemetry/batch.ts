/**
 * Collects items until there are enough of them, they weigh enough, or the first has waited long enough; then hands
 * them over in one piece. It holds less than one batch at any time, so it needs no further cap.
 */
import type { Clock, Timer } from '../std/clock.js'

export interface BatchOptions<T> {
  readonly clock: Clock
  /** How long the first item waits for company. */
  readonly delayMs: number
  readonly maxItems: number
  readonly maxBytes: number
  /** Rough size of an item in bytes. */
  readonly weigh: (item: T) => number
  readonly deliver: (items: T[]) => void
}

export class Batch<T> {
  readonly #options: BatchOptions<T>
  #items: T[] = []
  #bytes = 0
  #timer: Timer | undefined

  constructor(options: BatchOptions<T>) {
    this.#options = options
  }

  add(item: T): void {
    this.#items.push(item)
    this.#bytes += this.#options.weigh(item)
    if (this.#items.length >= this.#options.maxItems || this.#bytes >= this.#options.maxBytes) this.flush()
    else this.#timer ??= this.#flushLater()
  }

  /** Hands over what there is. */
  flush(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#items.length === 0) return
    const items = this.#items
    this.#items = []
    this.#bytes = 0
    this.#options.deliver(items)
  }

  /** The timer does not keep the process alive: telemetry alone is no reason to go on. */
  #flushLater(): Timer {
    return this.#options.clock.after(
      this.#options.delayMs,
      () => {
        this.flush()
      },
      'background',
    )
  }
}
