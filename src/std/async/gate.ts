/**
 * A semaphore: admits a limited number at a time, the others wait in order of arrival. The queue is unbounded; its
 * users limit it.
 */
export class Gate {
  #capacity: number
  readonly #waiting = new Set<() => void>()
  #inside = 0
  #isPumping = false

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Whether the next one would have to wait. */
  get isFull(): boolean {
    return this.#inside >= this.#capacity
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** Changes how many are admitted at a time. With fewer, those that are inside stay until they leave. */
  resize(capacity: number): void {
    this.#capacity = capacity
    this.#pump()
  }

  /** Calls `go` once there is capacity: now, or when others have left. */
  enter(go: () => void): void {
    this.#waiting.add(go)
    this.#pump()
  }

  /** Releases the slot of one that was admitted. */
  leave(): void {
    this.#inside -= 1
    this.#pump()
  }

  /** Removes a waiting one; false if it does not wait any more. */
  withdraw(go: () => void): boolean {
    return this.#waiting.delete(go)
  }

  /** A loop, not a recursive call: those that leave at once would otherwise fill the stack. */
  #pump(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    try {
      for (const go of this.#waiting) {
        if (this.isFull) break
        this.#waiting.delete(go)
        this.#inside += 1
        go()
      }
    } finally {
      this.#isPumping = false
    }
  }
}
