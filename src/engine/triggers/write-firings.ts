/**
 * Calls the handlers of an event one after another, in the background, so that the write that caused it does not wait.
 * A failed handler is logged and the next one runs. When a limit is exceeded, the oldest event is dropped: its running
 * handler continues, further ones are not called. Drops are counted and logged.
 */
import { BoundedRuns } from '../../std/async/bounded-runs.js'
import { weightOf } from '../../std/json/weight.js'
import { Pace } from '../../std/time/pace.js'
import type { Binding, CallContext, EngineHost } from '../builtins/builtin.js'
import type { OpenSpan } from '../instruments.js'
import { callBound, conditionHolds, conditionOf, triggerFailed, type Trace } from './fire.js'

/** Maximum events with running handlers. */
const MAX_FIRINGS = 10_000
/** Approximate maximum memory of such events, in bytes. One event of any size fits if there is no other. */
const MAX_WEIGHT = 64 * 1024 * 1024

/** Context that the handlers of an event inherit from the call that caused it. */
export function traceOf({ traceparent, baggage }: CallContext): Trace {
  return { traceparent, baggage }
}

export class WriteFirings {
  readonly #host: EngineHost
  readonly #spanName: string | undefined
  readonly #pace: Pace
  readonly #firings: BoundedRuns

  /** @param spanName name of the span around all calls for an event within a trace; without it there is none. */
  constructor(host: EngineHost, spanName?: string) {
    this.#host = host
    this.#spanName = spanName
    this.#pace = new Pace(host.lane)
    this.#firings = new BoundedRuns({ maxRuns: MAX_FIRINGS, maxWeight: MAX_WEIGHT }, () => {
      const { counters, log } = host
      counters.dropped.firings += 1
      log.warn(
        { givenUp: counters.dropped.firings, cap: MAX_FIRINGS, maxBytes: MAX_WEIGHT },
        'Too many events wait for their handlers; the oldest was given up',
      )
    })
  }

  /** Events whose handlers are being called. */
  get running(): number {
    return this.#firings.size
  }

  /** Calls the bound functions with an event and returns at once. */
  start(bindings: readonly Binding[], data: unknown, trace: Trace): void {
    if (bindings.length === 0) return
    const span = this.#openSpan(trace)
    this.#firings.start(weightOf(data), async (signal) => {
      const extra = { ...(span?.trace ?? trace), signal }
      for (const binding of bindings) {
        if (signal.aborted) break
        await this.#fire(binding, data, extra)
        const turn = this.#pace.next()
        if (turn !== undefined) await turn
      }
      span?.end()
    })
  }

  /** Stops waiting for handlers, and calls no further ones. */
  stop(): void {
    this.#firings.stop()
  }

  #openSpan(trace: Trace): OpenSpan | undefined {
    if (this.#spanName === undefined || trace.traceparent === undefined) return undefined
    return this.#host.instruments.openSpan?.({ name: this.#spanName, trace, attributes: {} })
  }

  async #fire(binding: Binding, data: unknown, extra: FiringContext): Promise<void> {
    try {
      // Without a condition the call is sent in this tick, so calls for successive events keep their order.
      if (conditionOf(binding) !== undefined && !(await conditionHolds(this.#host, binding, { data, ...extra }))) return
      await callBound(this.#host, binding, { data, ...extra, metadata: binding.metadata })
    } catch (error) {
      if (!extra.signal.aborted) this.#host.emit(triggerFailed(binding, error, extra))
    }
  }
}

/** Context of every call for an event. */
type FiringContext = Trace & { readonly signal: AbortSignal }
