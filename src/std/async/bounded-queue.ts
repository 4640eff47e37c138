/**
 * A first-in, first-out queue with caps on items, bytes and age. It never grows past its caps and never drops in
 * silence: a refused item is the caller's answer, an expired one is handed back. Knows nothing of what it holds.
 */
import { Fifo } from './fifo.js'

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
  readonly #entries = new Fifo<Entry<T>>()
  #bytes = 0

  constructor(caps: QueueCaps) {
    this.#caps = caps
  }

  get size(): number {
    return this.#entries.size
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
    return this.#entries.first?.item
  }

  /** Takes the oldest item, or `undefined` when empty. */
  shift(): T | undefined {
    const entry = this.#entries.shift()
    this.#bytes -= entry?.bytes ?? 0
    return entry?.item
  }

  /** Takes every item that is over age at `now`. */
  takeExpired(now: number): T[] {
    const expired: T[] = []
    for (let entry = this.#entries.first; entry !== undefined; entry = this.#entries.first) {
      if (now - entry.addedAt <= this.#caps.maxAgeMs) break
      this.shift()
      expired.push(entry.item)
    }
    return expired
  }

  /** Removes one item by identity; false when it is not queued any more. */
  remove(item: T): boolean {
    const removed = this.#entries.remove((entry) => entry.item === item)
    this.#bytes -= removed?.bytes ?? 0
    return removed !== undefined
  }

  /** Takes everything, oldest first. */
  drain(): T[] {
    const items = this.#entries.toArray().map((entry) => entry.item)
    this.#entries.clear()
    this.#bytes = 0
    return items
  }
}
