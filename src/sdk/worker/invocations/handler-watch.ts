/**
 * Reports handlers that run for a long time, each once. Checks at intervals, so that a call costs no timer: a
 * handler is reported after the limit and at most a quarter of it later.
 */
import type { ServedInvocations } from '../../rpc/served.js'
import type { Clock, Timer } from '../../../std/time/clock.js'
import type { Report } from '../diagnostics/diagnostics.js'
import type { LinkPart } from '../link.js'

/** How often the watch checks within the limit. */
const TICKS_PER_LIMIT = 4

/** The parts of a worker that the watch stands on. */
export interface HandlerWatchParts {
  readonly clock: Clock
  readonly served: ServedInvocations
  readonly report: Report
}

export class HandlerWatch implements LinkPart {
  readonly #limitMs: number
  readonly #parts: HandlerWatchParts
  #tick = 0
  #timer: Timer | undefined

  constructor(limitMs: number, parts: HandlerWatchParts) {
    this.#limitMs = limitMs
    this.#parts = parts
  }

  /** The present tick, for a handler that begins now. Starts the watch if nothing was watched. */
  tick(): number {
    if (this.#timer === undefined && this.#limitMs !== Infinity) this.#wait()
    return this.#tick
  }

  over(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #wait(): void {
    this.#timer = this.#parts.clock.after(
      this.#limitMs / TICKS_PER_LIMIT,
      () => {
        this.#timer = undefined
        this.#checkAll()
      },
      'background',
    )
  }

  #checkAll(): void {
    const { served, report } = this.#parts
    this.#tick += 1
    for (const running of served.all) {
      const { functionId, invocationId, startedTick } = running
      // The tick in which it began may have been over at once.
      if (startedTick === undefined || this.#tick - startedTick <= TICKS_PER_LIMIT) continue
      running.startedTick = undefined
      report({ kind: 'handler_slow', functionId, invocationId, runningMs: this.#limitMs })
    }
    if (served.running > 0) this.#wait()
  }
}
