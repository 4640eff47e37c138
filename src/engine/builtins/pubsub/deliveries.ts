/**
 * Deliveries whose answer nobody reads. Each one is still awaited so that its failure can be noted, but only so many
 * at once: beyond the cap the oldest is no longer waited for, which loses nothing.
 */
import type { Binding, EngineHost } from '../builtin.js'
import { callBound, triggerFailed, type Trace } from '../../triggers/fire.js'

/** Answers awaited at once. A handler that never answers would otherwise be remembered for ever. */
export const MAX_AWAITED = 10_000

export class Deliveries {
  readonly #host: EngineHost
  readonly #awaited = new Set<AbortController>()

  constructor(host: EngineHost) {
    this.#host = host
  }

  /** Calls the bound function and returns at once. */
  start(binding: Binding, data: unknown, trace: Trace): void {
    const controller = new AbortController()
    this.#awaited.add(controller)
    callBound(this.#host, binding, { data, ...trace, signal: controller.signal })
      .catch((error: unknown) => {
        if (controller.signal.aborted) return
        this.#host.emit(triggerFailed(binding, error))
      })
      .finally(() => this.#awaited.delete(controller))
    const [oldest] = this.#awaited
    if (this.#awaited.size > MAX_AWAITED && oldest !== undefined) {
      this.#host.counters.dropped.deliveries += 1
      this.#forget(oldest)
    }
  }

  /** Stops waiting for every answer. */
  stop(): void {
    for (const controller of [...this.#awaited]) this.#forget(controller)
  }

  #forget(controller: AbortController): void {
    this.#awaited.delete(controller)
    controller.abort()
  }
}
