/**
 * Lets at most so many in at a time; the others wait in the order they came. Knows nothing of what goes through, nor
 * how many may wait: whoever sends them in counts them.
 */
export class Gate {
  readonly #capacity: number
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

  /** Calls `go` once there is room: now, or when others have left. */
  enter(go: () => void): void {
    this.#waiting.add(go)
    this.#pump()
  }

  /** One that was let in has left. */
  leave(): void {
    this.#inside -= 1
    this.#pump()
  }

  /** Takes one back that waits; false when it does not wait any more. */
  withdraw(go: () => void): boolean {
    return this.#waiting.delete(go)
  }

  /** A loop, not a call per guest: those that leave at once would otherwise pile up on the stack. */
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
