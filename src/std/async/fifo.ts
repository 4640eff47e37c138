/**
 * A first-in, first-out list with constant cost at both ends. It drops its reference to a removed value at once, so a
 * list of large values retains no more memory than its size indicates.
 */
export class Fifo<T> {
  /** Slots before the head are empty. */
  #slots: (T | undefined)[] = []
  #head = 0

  get size(): number {
    return this.#slots.length - this.#head
  }

  /** The oldest, without removing it. */
  get first(): T | undefined {
    return this.#slots[this.#head]
  }

  push(value: T): void {
    this.#slots.push(value)
  }

  /** Removes and returns the oldest; `undefined` if empty. */
  shift(): T | undefined {
    const value = this.#slots[this.#head]
    if (this.size === 0) return undefined
    this.#slots[this.#head] = undefined
    this.#head += 1
    // Compacting at half keeps the amortised cost constant.
    if (this.#head * 2 >= this.#slots.length) {
      this.#slots = this.#slots.slice(this.#head)
      this.#head = 0
    }
    return value
  }

  /** Removes and returns the first that matches. */
  remove(fits: (value: T) => boolean): T | undefined {
    const values = this.toArray()
    const index = values.findIndex(fits)
    if (index < 0) return undefined
    this.#slots.splice(this.#head + index, 1)
    return values[index]
  }

  /** All, oldest first. */
  toArray(): T[] {
    // From the head on every slot contains a value.
    return this.#slots.slice(this.#head) as T[]
  }

  clear(): void {
    this.#slots = []
    this.#head = 0
  }
}
