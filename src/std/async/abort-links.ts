/**
 * Joins items to the abort signals they end with. One listener per signal serves all its items: a signal shared by
 * thousands would make Node warn of a leak and search a list on every removal. Knows nothing of what an item is.
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

  /** Signals that are listened to. */
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
