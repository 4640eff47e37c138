/**
 * Reports handlers that run for a long time, each once. Checks at intervals, so that a call costs no timer: a
 * handler is reported after the limit and at most a quarter of it later.
 */
import type { ServedInvocations } from '../../rpc/served.js'
import type { Clock, Timer } from '../../../std/time/clock.js'
import type { Report } from '../diagnostics.js'

/** How often the watch checks within the limit. */
const TICKS_PER_LIMIT = 4

export interface HandlerWatchPorts {
  readonly clock: Clock
  readonly served: ServedInvocations
  readonly report: Report
}

export class HandlerWatch {
  readonly #limitMs: number
  readonly #ports: HandlerWatchPorts
  #tick = 0
  #timer: Timer | undefined

  constructor(limitMs: number, ports: HandlerWatchPorts) {
    this.#limitMs = limitMs
    this.#ports = ports
  }

  /** The present tick, for a handler that begins now. Starts the watch if nothing was watched. */
  tick(): number {
    if (this.#timer === undefined && this.#limitMs !== Infinity) this.#wait()
    return this.#tick
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #wait(): void {
    this.#timer = this.#ports.clock.after(
      this.#limitMs / TICKS_PER_LIMIT,
      () => {
        this.#timer = undefined
        this.#checkAll()
      },
      'background',
    )
  }

  #checkAll(): void {
    const { served, report } = this.#ports
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
