/**
 * Things kept in memory for a while: so many, of so many characters all together, no older than so long. The oldest
 * gives way to the newest, and what gave way before its time is counted. Knows nothing of what it holds.
 */
import { Fifo } from '../../../std/async/fifo.js'
import { weightOf } from '../../../std/json/weight.js'

export interface RetentionCaps {
  readonly maxItems: number
  /** Characters of all items together. One item larger than this is kept alone. */
  readonly maxWeight: number
  readonly maxAgeMs: number
}

/** One item in its place. */
export interface Kept<T> {
  readonly item: T
}

interface Entry<T> extends Kept<T> {
  item: T
  weight: number
  readonly addedAt: number
}

export class Retained<T> {
  readonly #caps: RetentionCaps
  readonly #onGone: (item: T) => void
  readonly #entries = new Fifo<Entry<T>>()
  #weight = 0
  #dropped = 0

  /** @param onGone is told of every item that is let go, except by `clear`. */
  constructor(caps: RetentionCaps, onGone: (item: T) => void = () => undefined) {
    this.#caps = caps
    this.#onGone = onGone
  }

  get size(): number {
    return this.#entries.size
  }

  /** Items that gave way to newer ones before their time. */
  get dropped(): number {
    return this.#dropped
  }

  /** Adds an item at the time `now`, in milliseconds of a clock that only goes forward. */
  add(item: T, now: number): Kept<T> {
    this.expire(now)
    const entry = { item, weight: weightOf(item), addedAt: now }
    this.#entries.push(entry)
    this.#weight += entry.weight
    this.#trim()
    return entry
  }

  /** Puts an item into the place of one that is still kept. */
  replace(kept: Kept<T>, item: T): void {
    // `add` made it, and hands it out without the members that are this class's own.
    const entry = kept as Entry<T>
    const weight = weightOf(item)
    this.#weight += weight - entry.weight
    entry.item = item
    entry.weight = weight
    this.#trim()
  }

  /** Lets go of what is over age at `now`. */
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
