/**
 * What the engine shows of its work to whoever measures it: calls, spans, workers that come and go. Empty until a
 * built-in takes an interest; then and only then does a call pay for it, before that it pays one comparison.
 */
import type { ErrorBody } from '../errors.js'
import type { TraceHeaders } from '../wire/protocol/tracing.js'
import type { Answer, Call, Caller } from './links/peer.js'
import type { RoutedCall } from './calls/routed-call.js'
import type { WorkerEvent } from './registry/sessions.js'

/**
 * Sees a call that is about to be carried out, and answers with the one to carry out in its place. `builtin` is the
 * name of the part of the engine that serves it; `undefined` for a worker's function.
 */
type WatchCall = (call: RoutedCall, builtin: string | undefined) => RoutedCall

/** A piece of the engine's work. */
export interface SpanStart {
  readonly name: string
  /** What it is part of; a trace of its own without. */
  readonly trace: Partial<TraceHeaders>
  readonly attributes: Readonly<Record<string, string>>
}

/** A span of the engine that has not ended. */
export interface OpenSpan {
  /** For what happens within. */
  readonly trace: TraceHeaders
  /** Ends the span, once; `attributes` are added to those it has. */
  end(error?: ErrorBody, attributes?: Readonly<Record<string, string>>): void
}

export interface Instruments {
  watchCall?: WatchCall
  /** Opens a span; `undefined` when its trace is not kept. */
  openSpan?: (start: SpanStart) => OpenSpan | undefined
  watchWorkers?: (event: WorkerEvent) => void
}

/** The call with a span around it, which its answer ends. Its caller notices nothing. */
export function withSpan(call: RoutedCall, span: OpenSpan): RoutedCall {
  return { ...call, caller: new SpanCaller(call, span) }
}

class SpanCaller implements Caller {
  readonly #call: RoutedCall
  readonly #span: OpenSpan

  constructor(call: RoutedCall, span: OpenSpan) {
    this.#call = call
    this.#span = span
  }

  answer(_call: Call, answer: Answer): void {
    this.#span.end(answer.error)
    const { caller, traceparent, baggage } = this.#call
    caller?.answer(this.#call, { ...answer, traceparent, baggage, frame: undefined })
  }
}
