/**
 * A first-in, first-out list with constant cost at both ends. It drops its reference to a taken value at once, so a list
 * of large values holds no more memory than its size says.
 */
export class Fifo<T> {
  /** Slots before the head are empty. */
  #slots: (T | undefined)[] = []
  #head = 0

  get size(): number {
    return this.#slots.length - this.#head
  }

  /** The oldest, left where it is. */
  get first(): T | undefined {
    return this.#slots[this.#head]
  }

  push(value: T): void {
    this.#slots.push(value)
  }

  /** Takes the oldest, or `undefined` when empty. */
  shift(): T | undefined {
    const value = this.#slots[this.#head]
    if (this.size === 0) return undefined
    this.#slots[this.#head] = undefined
    this.#head += 1
    // Compacting at half keeps the cost constant on the whole.
    if (this.#head * 2 >= this.#slots.length) {
      this.#slots = this.#slots.slice(this.#head)
      this.#head = 0
    }
    return value
  }

  /** Takes the first that fits out of the middle. */
  remove(fits: (value: T) => boolean): T | undefined {
    const values = this.toArray()
    const index = values.findIndex(fits)
    if (index < 0) return undefined
    this.#slots.splice(this.#head + index, 1)
    return values[index]
  }

  /** All, oldest first. */
  toArray(): T[] {
    // From the head on every slot holds a value.
    return this.#slots.slice(this.#head) as T[]
  }

  clear(): void {
    this.#slots = []
    this.#head = 0
  }
}
