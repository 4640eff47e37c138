/**
 * Handlers of one event called one after the other, in the background: whoever caused the event never waits for them.
 * A handler that fails is logged and the next one runs. Only so many events are worked on at once; beyond, the oldest
 * is given up: the handler it waits for runs on, those after it are not called, which is counted and logged.
 */
import type { Binding, CallContext, EngineHost, HostCall } from './builtin.js'
import { callBound, conditionHolds, conditionOf, triggerFailed, type Trace } from './fire.js'

/** Events worked on at once. */
const MAX_FIRINGS = 10_000

/** What the handlers of an event inherit from the call that caused it. */
export function traceOf({ traceparent, baggage }: CallContext): Trace {
  return { traceparent, baggage }
}

interface Firing {
  readonly bindings: readonly Binding[]
  readonly data: unknown
  readonly extra: Partial<HostCall>
  readonly controller: AbortController
}

export class WriteFirings {
  readonly #host: EngineHost
  readonly #running = new Set<Firing>()

  constructor(host: EngineHost) {
    this.#host = host
  }

  /** Events whose handlers are being called. */
  get running(): number {
    return this.#running.size
  }

  /** Calls the bound functions with an event and returns at once. */
  start(bindings: readonly Binding[], data: unknown, trace: Trace): void {
    if (bindings.length === 0) return
    const controller = new AbortController()
    const firing = { bindings, data, extra: { ...trace, signal: controller.signal }, controller }
    this.#running.add(firing)
    void this.#run(firing)
    const [oldest] = this.#running
    if (this.#running.size > MAX_FIRINGS && oldest !== undefined) this.#giveUp(oldest)
  }

  /** Stops waiting for handlers; none is called any more. */
  stop(): void {
    for (const { controller } of this.#running) controller.abort()
    this.#running.clear()
  }

  async #run(firing: Firing): Promise<void> {
    for (const binding of firing.bindings) {
      if (firing.controller.signal.aborted) return
      await this.#fire(binding, firing)
    }
    this.#running.delete(firing)
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

  #giveUp(firing: Firing): void {
    this.#running.delete(firing)
    firing.controller.abort()
    const { counters, log } = this.#host
    counters.dropped.firings += 1
    log.warn(
      { givenUp: counters.dropped.firings, cap: MAX_FIRINGS },
      'Too many events wait for their handlers; the oldest was given up',
    )
  }
}
