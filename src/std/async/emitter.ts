/**
 * A list of listeners for one kind of event. A listener that throws or rejects is reported and the others still run, so
 * user code can neither stop delivery nor crash the process. Every listener receives events in the order they were
 * emitted: an event that a listener emits is delivered after the present one.
 */
import { handleRejection } from './deferred.js'

/** Removes a listener. */
export type Unsubscribe = () => void

export class Emitter<T> {
  readonly #listeners = new Set<(event: T) => unknown>()
  readonly #onListenerError: (error: unknown) => void
  /** Events to deliver, the present one first; undefined outside a delivery. */
  #telling: T[] | undefined

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError
  }

  get size(): number {
    return this.#listeners.size
  }

  on(listener: (event: T) => void): Unsubscribe {
    // A wrapper of its own makes two subscriptions of one function independent of each other.
    const own = (event: T): unknown => listener(event)
    this.#listeners.add(own)
    return () => {
      this.#listeners.delete(own)
    }
  }

  emit(event: T): void {
    if (this.#telling !== undefined) {
      this.#telling.push(event)
      return
    }
    this.#telling = [event]
    try {
      for (const present of this.#telling) this.#tell(present)
    } finally {
      this.#telling = undefined
    }
  }

  #tell(event: T): void {
    for (const listener of [...this.#listeners]) {
      if (!this.#listeners.has(listener)) continue
      try {
        handleRejection(listener(event), this.#onListenerError)
      } catch (error) {
        this.#onListenerError(error)
      }
    }
  }
}
