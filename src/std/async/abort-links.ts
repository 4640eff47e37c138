/**
 * Aborts items with the signals they belong to. One listener per signal serves all its items: with a listener for each,
 * a signal shared by thousands would cause a leak warning and slow removals. Knows nothing of the items.
 */
interface Link<T> {
  readonly items: Set<T>
  readonly onAbort: () => void
}

export class AbortLinks<T> {
  readonly #links = new WeakMap<AbortSignal, Link<T>>()
  #size = 0
  readonly #onAborted: (item: T, reason: unknown) => void

  constructor(onAborted: (item: T, reason: unknown) => void) {
    this.#onAborted = onAborted
  }

  /** Signals with a listener. */
  get size(): number {
    return this.#size
  }

  add(signal: AbortSignal, item: T): void {
    const known = this.#links.get(signal)
    if (known !== undefined) {
      known.items.add(item)
      return
    }
    const items = new Set([item])
    const onAbort = (): void => {
      this.#forget(signal)
      for (const each of items) this.#onAborted(each, signal.reason)
    }
    this.#links.set(signal, { items, onAbort })
    this.#size += 1
    signal.addEventListener('abort', onAbort, { once: true })
  }

  remove(signal: AbortSignal, item: T): void {
    const link = this.#links.get(signal)
    if (link === undefined || !link.items.delete(item) || link.items.size > 0) return
    this.#forget(signal)
    signal.removeEventListener('abort', link.onAbort)
  }

  #forget(signal: AbortSignal): void {
    this.#links.delete(signal)
    this.#size -= 1
  }
}
