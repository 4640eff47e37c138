/**
 * Handlers of one event called one after the other, in the background: whoever caused the event never waits for them.
 * A handler that fails is logged and the next one runs. Only so many events are worked on at once; beyond, the oldest
 * is given up: the handler it waits for runs on, those after it are not called, which is counted and logged.
 */
import { weightOf } from '../../std/json/weight.js'
import { Pace } from '../../std/time/pace.js'
import type { Binding, CallContext, EngineHost, HostCall } from '../builtins/builtin.js'
import { callBound, conditionHolds, conditionOf, triggerFailed, type Trace } from './fire.js'

/** Events worked on at once. */
const MAX_FIRINGS = 10_000
/** Memory of such events, in bytes, about. One event of any size fits when nothing else is worked on. */
const MAX_WEIGHT = 64 * 1024 * 1024

/** What the handlers of an event inherit from the call that caused it. */
export function traceOf({ traceparent, baggage }: CallContext): Trace {
  return { traceparent, baggage }
}

interface Firing {
  readonly bindings: readonly Binding[]
  readonly data: unknown
  readonly weight: number
  readonly extra: Partial<HostCall>
  readonly controller: AbortController
}

export class WriteFirings {
  readonly #host: EngineHost
  readonly #pace: Pace
  readonly #running = new Set<Firing>()
  #weight = 0

  constructor(host: EngineHost) {
    this.#host = host
    this.#pace = new Pace(host.lane)
  }

  /** Events whose handlers are being called. */
  get running(): number {
    return this.#running.size
  }

  /** Calls the bound functions with an event and returns at once. */
  start(bindings: readonly Binding[], data: unknown, trace: Trace): void {
    if (bindings.length === 0) return
    const controller = new AbortController()
    const weight = weightOf(data)
    const firing = { bindings, data, weight, extra: { ...trace, signal: controller.signal }, controller }
    this.#running.add(firing)
    this.#weight += weight
    void this.#run(firing)
    while (this.#running.size > MAX_FIRINGS || (this.#running.size > 1 && this.#weight > MAX_WEIGHT)) {
      const [oldest] = this.#running
      if (oldest === undefined) return
      this.#giveUp(oldest)
    }
  }

  /** Stops waiting for handlers; none is called any more. */
  stop(): void {
    for (const { controller } of this.#running) controller.abort()
    this.#running.clear()
    this.#weight = 0
  }

  async #run(firing: Firing): Promise<void> {
    for (const binding of firing.bindings) {
      if (firing.controller.signal.aborted) return
      await this.#fire(binding, firing)
      const turn = this.#pace.next()
      if (turn !== undefined) await turn
    }
    this.#end(firing)
  }

  async #fire(binding: Binding, { data, extra, controller }: Firing): Promise<void> {
    try {
      // Without a condition the call leaves in this turn, so calls for successive events leave in their order.
      if (conditionOf(binding) !== undefined && !(await conditionHolds(this.#host, binding, { data, ...extra }))) return
      await callBound(this.#host, binding, { data, ...extra, metadata: binding.metadata })
    } catch (error) {
      if (!controller.signal.aborted) this.#host.emit(triggerFailed(binding, error))
    }
  }

  #end(firing: Firing): void {
    if (this.#running.delete(firing)) this.#weight -= firing.weight
  }

  #giveUp(firing: Firing): void {
    this.#end(firing)
    firing.controller.abort()
    const { counters, log } = this.#host
    counters.dropped.firings += 1
    log.warn(
      { givenUp: counters.dropped.firings, cap: MAX_FIRINGS, maxBytes: MAX_WEIGHT },
      'Too many events wait for their handlers; the oldest was given up',
    )
  }
}
