/**
 * Collects items until a limit of number, size or delay is reached, then passes them on as one batch. A full batch is
 * passed on in a later tick: encoding takes time, and the code that filled it is often about to answer a call. Few
 * batches exist at a time, so there is no further limit.
 */
import type { Clock, Timer } from '../../../std/time/clock.js'

/** Full batches that may wait for the next tick. When it is exceeded, they are passed on at once. */
const MAX_FULL_BATCHES = 4

export interface BatchOptions<T> {
  readonly clock: Clock
  /** Maximum delay of the first item (batching). */
  readonly delayMs: number
  readonly maxItems: number
  readonly maxBytes: number
  /** Approximate size of an item in bytes. */
  readonly weigh: (item: T) => number
  readonly deliver: (items: T[]) => void
}

export class Batch<T> {
  readonly #options: BatchOptions<T>
  #full: T[][] = []
  #items: T[] = []
  #bytes = 0
  #timer: Timer | undefined

  constructor(options: BatchOptions<T>) {
    this.#options = options
  }

  add(item: T): void {
    const { maxItems, maxBytes } = this.#options
    this.#items.push(item)
    this.#bytes += this.#options.weigh(item)
    if (this.#items.length >= maxItems || this.#bytes >= maxBytes) this.#close()
    else this.#timer ??= this.#flushLater()
  }

  /** Passes on the collected items. */
  flush(): void {
    if (this.#items.length > 0) this.#full.push(this.#takeItems())
    this.#handOver()
  }

  #close(): void {
    this.#full.push(this.#takeItems())
    if (this.#full.length >= MAX_FULL_BATCHES) {
      this.#handOver()
    } else if (this.#full.length === 1) {
      this.#timer?.cancel()
      this.#timer = this.#after(0, () => {
        this.#handOver()
        if (this.#items.length > 0) this.#timer ??= this.#flushLater()
      })
    }
  }

  #takeItems(): T[] {
    const items = this.#items
    this.#items = []
    this.#bytes = 0
    return items
  }

  #handOver(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const batches = this.#full
    this.#full = []
    for (const batch of batches) this.#options.deliver(batch)
  }

  #flushLater(): Timer {
    return this.#after(this.#options.delayMs, () => {
      this.flush()
    })
  }

  /** The timer does not keep the process alive for telemetry alone. */
  #after(delayMs: number, callback: () => void): Timer {
    return this.#options.clock.after(delayMs, callback, 'background')
  }
}
