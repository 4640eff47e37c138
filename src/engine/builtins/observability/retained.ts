/**
 * A list bounded by number, characters and age. The oldest items are dropped for newer ones, and those dropped before
 * their maximum age are counted. Knows nothing of its items.
 */
import { Fifo } from '../../../std/async/fifo.js'
import { weightOf } from '../../../std/json/weight.js'

export interface RetentionCaps {
  readonly maxItems: number
  /** Maximum characters of all items together. A single item larger than this is kept alone. */
  readonly maxWeight: number
  readonly maxAgeMs: number
}

/** One item in the list. */
export interface RetainedItem<T> {
  readonly item: T
}

interface Entry<T> extends RetainedItem<T> {
  item: T
  weight: number
  readonly addedAt: number
}

export class Retained<T> {
  #caps: RetentionCaps
  readonly #onGone: (item: T) => void
  readonly #entries = new Fifo<Entry<T>>()
  #weight = 0
  #dropped = 0

  /** @param onGone called with every item that is removed, except by `clear`. */
  constructor(caps: RetentionCaps, onGone: (item: T) => void = () => undefined) {
    this.#caps = caps
    this.#onGone = onGone
  }

  get size(): number {
    return this.#entries.size
  }

  /** Items dropped for newer ones before their maximum age. */
  get dropped(): number {
    return this.#dropped
  }

  /** Changes the limits; items above them are removed. */
  limit(caps: RetentionCaps, now: number): void {
    this.#caps = caps
    this.expire(now)
    this.#trim()
  }

  /** Adds an item at the time `now`, in milliseconds of a monotonic clock. */
  add(item: T, now: number): RetainedItem<T> {
    this.expire(now)
    const entry = { item, weight: weightOf(item), addedAt: now }
    this.#entries.push(entry)
    this.#weight += entry.weight
    this.#trim()
    return entry
  }

  /** Replaces an item that is still in the list. */
  replace(kept: RetainedItem<T>, item: T): void {
    // Created by `add`, which returns it without the members that only this class uses.
    const entry = kept as Entry<T>
    const weight = weightOf(item)
    this.#weight += weight - entry.weight
    entry.item = item
    entry.weight = weight
    this.#trim()
  }

  /** Removes items above the maximum age at `now`. */
  expire(now: number): void {
    for (let oldest = this.#entries.first; oldest !== undefined; oldest = this.#entries.first) {
      if (now - oldest.addedAt <= this.#caps.maxAgeMs) return
      this.#shift(oldest)
    }
  }

  /** All items, oldest first. */
  items(): T[] {
    return this.#entries.toArray().map(({ item }) => item)
  }

  clear(): void {
    this.#entries.clear()
    this.#weight = 0
  }

  #trim(): void {
    const { maxItems, maxWeight } = this.#caps
    for (let oldest = this.#entries.first; oldest !== undefined; oldest = this.#entries.first) {
      if (this.size === 1 || (this.size <= maxItems && this.#weight <= maxWeight)) return
      this.#dropped += 1
      this.#shift(oldest)
    }
  }

  #shift(entry: Entry<T>): void {
    this.#entries.shift()
    this.#weight -= entry.weight
    this.#onGone(entry.item)
  }
}
