/**
 * Runs work in the background, within limits on number and weight. When a limit is exceeded, the oldest run is dropped:
 * its signal aborts, and it no longer counts. Knows nothing of the work.
 */
interface RunCaps {
  readonly maxRuns: number
  /** One run of any weight fits if there is no other. Default: no limit. */
  readonly maxWeight?: number
}

export class BoundedRuns {
  readonly #caps: RunCaps
  readonly #onGivenUp: () => void
  readonly #weights = new Map<AbortController, number>()
  #weight = 0

  constructor(caps: RunCaps, onGivenUp: () => void) {
    this.#caps = caps
    this.#onGivenUp = onGivenUp
  }

  get size(): number {
    return this.#weights.size
  }

  /** Starts work at once. It must not reject. */
  start(weight: number, work: (signal: AbortSignal) => Promise<void>): void {
    const controller = new AbortController()
    this.#weights.set(controller, weight)
    this.#weight += weight
    void work(controller.signal).then(() => this.#end(controller))
    while (this.#isOver) {
      const [oldest] = this.#weights.keys()
      if (oldest === undefined) return
      this.#end(oldest)
      oldest.abort()
      this.#onGivenUp()
    }
  }

  /** Aborts all runs. */
  stop(): void {
    for (const controller of this.#weights.keys()) controller.abort()
    this.#weights.clear()
    this.#weight = 0
  }

  get #isOver(): boolean {
    const { maxRuns, maxWeight = Infinity } = this.#caps
    return this.size > maxRuns || (this.size > 1 && this.#weight > maxWeight)
  }

  #end(controller: AbortController): void {
    const weight = this.#weights.get(controller)
    if (this.#weights.delete(controller)) this.#weight -= weight ?? 0
  }
}
