/**
 * Tracks deliveries whose results are not used, so that failures can be reported. When the limit is exceeded, the
 * oldest delivery is no longer tracked. Its handler still runs.
 */
import { BoundedRuns } from '../../../std/async/bounded-runs.js'
import type { Binding, EngineHost } from '../builtin.js'
import { callBound, triggerFailed, type Trace } from '../../triggers/fire.js'

/** Maximum results awaited at once, since a handler that never answers would otherwise be tracked for ever. */
export const MAX_AWAITED = 10_000

export class Deliveries {
  readonly #host: EngineHost
  readonly #awaited: BoundedRuns

  constructor(host: EngineHost) {
    this.#host = host
    this.#awaited = new BoundedRuns({ maxRuns: MAX_AWAITED }, () => {
      host.counters.dropped.deliveries += 1
    })
  }

  /** Calls the bound function and returns at once. */
  start(binding: Binding, data: unknown, trace: Trace): void {
    this.#awaited.start(0, async (signal) => {
      try {
        await callBound(this.#host, binding, { data, ...trace, signal })
      } catch (error) {
        if (!signal.aborted) this.#host.emit(triggerFailed(binding, error, trace))
      }
    })
  }

  /** Stops waiting for all results. */
  stop(): void {
    this.#awaited.stop()
  }
}
