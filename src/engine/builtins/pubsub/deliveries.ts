/**
 * Tracks deliveries whose results are not used, so that failures can be logged. When the limit is exceeded, the oldest
 * delivery is no longer tracked. Its handler still runs.
 */
import type { Binding, EngineHost } from '../builtin.js'
import { callBound, triggerFailed, type Trace } from '../../triggers/fire.js'

/** Maximum results awaited at once, since a handler that never answers would otherwise be tracked for ever. */
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

  /** Stops waiting for all results. */
  stop(): void {
    for (const controller of [...this.#awaited]) this.#forget(controller)
  }

  #forget(controller: AbortController): void {
    this.#awaited.delete(controller)
    controller.abort()
  }
}
