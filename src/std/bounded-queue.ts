/**
 * A first-in, first-out queue with caps on items, bytes and age. It never grows past its caps and never drops in
 * silence: a refused item is the caller's answer, an expired one is handed back. Knows nothing of what it holds.
 */

/** Caps of a queue; `Infinity` switches one off. */
export interface QueueCaps {
  readonly maxItems: number
  /** An item larger than this is still admitted when the queue is empty, else it could never be sent. */
  readonly maxBytes: number
  readonly maxAgeMs: number
}

interface Entry<T> {
  readonly item: T
  readonly bytes: number
  readonly addedAt: number
}

/** Which cap refused an item. */
export type QueueFull = 'items' | 'bytes'

export class BoundedQueue<T> {
  readonly #caps: QueueCaps
  #entries: Entry<T>[] = []
  #head = 0
  #bytes = 0

  constructor(caps: QueueCaps) {
    this.#caps = caps
  }

  get size(): number {
    return this.#entries.length - this.#head
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Adds an item, or says which cap refused it. */
  push(item: T, bytes: number, now: number): QueueFull | undefined {
    if (this.size >= this.#caps.maxItems) return 'items'
    if (this.size > 0 && this.#bytes + bytes > this.#caps.maxBytes) return 'bytes'
    this.#entries.push({ item, bytes, addedAt: now })
    this.#bytes += bytes
    return undefined
  }

  /** The oldest item, left where it is. */
  peek(): T | undefined {
    return this.#entries[this.#head]?.item
  }

  /** Takes the oldest item, or `undefined` when empty. */
  shift(): T | undefined {
    const entry = this.#entries[this.#head]
    if (entry === undefined) return undefined
    this.#head += 1
    this.#bytes -= entry.bytes
    // Compacting at half keeps shift O(1) amortised without holding on to taken entries.
    if (this.#head * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head)
      this.#head = 0
    }
    return entry.item
  }

  /** Takes every item that is over age at `now`. */
  takeExpired(now: number): T[] {
    const expired: T[] = []
    for (let entry = this.#entries[this.#head]; entry !== undefined; entry = this.#entries[this.#head]) {
      if (now - entry.addedAt <= this.#caps.maxAgeMs) break
      this.shift()
      expired.push(entry.item)
    }
    return expired
  }

  /** Removes one item by identity; false when it is not queued any more. */
  remove(item: T): boolean {
    const index = this.#entries.findIndex((entry, i) => i >= this.#head && entry.item === item)
    if (index < 0) return false
    this.#bytes -= this.#entries[index]?.bytes ?? 0
    this.#entries.splice(index, 1)
    return true
  }

  /** Takes everything, oldest first. */
  drain(): T[] {
    const items = this.#entries.slice(this.#head).map((entry) => entry.item)
    this.#entries = []
    this.#head = 0
    this.#bytes = 0
    return items
  }
}
