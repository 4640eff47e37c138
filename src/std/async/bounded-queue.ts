/**
 * A first-in, first-out queue with limits on items, bytes and age. It never exceeds its limits and never drops
 * silently: a refusal is returned to the caller, and expired items are returned as well. Knows nothing of the items.
 */
import { Fifo } from './fifo.js'

/** Limits of a queue; `Infinity` disables one. */
export interface QueueCaps {
  readonly maxItems: number
  /** A larger item is still accepted when the queue is empty, otherwise it could never be sent. */
  readonly maxBytes: number
  readonly maxAgeMs: number
}

interface Entry<T> {
  readonly item: T
  readonly bytes: number
  readonly addedAt: number
}

/** The limit that refused an item. */
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

  /** Adds an item, or returns the limit that refused it. */
  push(item: T, bytes: number, now: number): QueueFull | undefined {
    if (this.size >= this.#caps.maxItems) return 'items'
    if (this.size > 0 && this.#bytes + bytes > this.#caps.maxBytes) return 'bytes'
    this.#entries.push({ item, bytes, addedAt: now })
    this.#bytes += bytes
    return undefined
  }

  /** The oldest item, without removing it. */
  peek(): T | undefined {
    return this.#entries.first?.item
  }

  /** Removes and returns the oldest item; `undefined` if empty. */
  shift(): T | undefined {
    const entry = this.#entries.shift()
    this.#bytes -= entry?.bytes ?? 0
    return entry?.item
  }

  /** Removes and returns every item that is expired at `now`. */
  takeExpired(now: number): T[] {
    const expired: T[] = []
    for (let entry = this.#entries.first; entry !== undefined; entry = this.#entries.first) {
      if (now - entry.addedAt <= this.#caps.maxAgeMs) break
      this.shift()
      expired.push(entry.item)
    }
    return expired
  }

  /** Removes one item by identity; false if it is not queued any more. */
  remove(item: T): boolean {
    const removed = this.#entries.remove((entry) => entry.item === item)
    this.#bytes -= removed?.bytes ?? 0
    return removed !== undefined
  }

  /** Removes and returns everything, oldest first. */
  drain(): T[] {
    const items = this.#entries.toArray().map((entry) => entry.item)
    this.#entries.clear()
    this.#bytes = 0
    return items
  }
}
