/**
 * A list of listeners for one kind of event. A listener that throws is reported and the others still run, so user
 * code can neither stop delivery nor crash the process from a socket's callback.
 */

/** Removes the listener it was returned for. */
export type Unsubscribe = () => void

export class Emitter<T> {
  readonly #listeners = new Set<(event: T) => void>()
  readonly #onListenerError: (error: unknown) => void

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError
  }

  get size(): number {
    return this.#listeners.size
  }

  on(listener: (event: T) => void): Unsubscribe {
    // A wrapper of its own makes two subscriptions of one function independent of each other.
    const own = (event: T): void => {
      listener(event)
    }
    this.#listeners.add(own)
    return () => {
      this.#listeners.delete(own)
    }
  }

  emit(event: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event)
      } catch (error) {
        this.#onListenerError(error)
      }
    }
  }
}
