/**
 * Things kept in memory for a while: so many, of so many characters all together, no older than so long. The oldest
 * gives way to the newest, and what gave way before its time is counted. Knows nothing of what it holds.
 */
import { weightOf } from '../../../std/weight.js'

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
  /** A ring by slices: entries before the head are gone. */
  #entries: Entry<T>[] = []
  #head = 0
  #weight = 0
  #dropped = 0

  /** @param onGone is told of every item that is let go, except by `clear`. */
  constructor(caps: RetentionCaps, onGone: (item: T) => void = () => undefined) {
    this.#caps = caps
    this.#onGone = onGone
  }

  get size(): number {
    return this.#entries.length - this.#head
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
    for (let oldest = this.#oldest; oldest !== undefined; oldest = this.#oldest) {
      if (now - oldest.addedAt <= this.#caps.maxAgeMs) return
      this.#shift(oldest)
    }
  }

  /** All items, oldest first. */
  items(): T[] {
    return this.#entries.slice(this.#head).map(({ item }) => item)
  }

  clear(): void {
    this.#entries = []
    this.#head = 0
    this.#weight = 0
  }

  get #oldest(): Entry<T> | undefined {
    return this.#entries[this.#head]
  }

  #trim(): void {
    const { maxItems, maxWeight } = this.#caps
    for (let oldest = this.#oldest; oldest !== undefined; oldest = this.#oldest) {
      if (this.size === 1 || (this.size <= maxItems && this.#weight <= maxWeight)) return
      this.#dropped += 1
      this.#shift(oldest)
    }
  }

  #shift(entry: Entry<T>): void {
    this.#head += 1
    this.#weight -= entry.weight
    // Compacting at half keeps this cheap on the whole without holding on to what is gone.
    if (this.#head * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head)
      this.#head = 0
    }
    this.#onGone(entry.item)
  }
}
