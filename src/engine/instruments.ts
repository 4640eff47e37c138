/**
 * Interfaces through which a built-in measures calls, spans and connections of workers. Until a built-in installs one,
 * a call pays a single comparison.
 */
import type { ErrorBody } from '../errors.js'
import type { TraceHeaders } from '../wire/protocol/tracing.js'
import type { CallOutcome, CallIdentity, Caller } from './links/peer.js'
import type { RoutedCall } from './calls/routed-call.js'
import type { Emit } from './engine-events.js'
import type { WorkerEvent } from './registry/sessions.js'

/**
 * Receives a call before it is run, and returns the call to run in its place. `builtin` is the part of the engine that
 * serves it; `undefined` for the function of a worker.
 */
type WatchCall = (call: RoutedCall, builtin: string | undefined) => RoutedCall

/** A piece of work of the engine. */
export interface SpanStart {
  readonly name: string
  /** The trace it belongs to; without it, a new trace starts. */
  readonly trace: Partial<TraceHeaders>
  readonly attributes: Readonly<Record<string, string>>
}

/** A running span of the engine. */
export interface OpenSpan {
  /** For the work within the span. */
  readonly trace: TraceHeaders
  /** Ends the span, once; `attributes` are added to those it has. */
  end(error?: ErrorBody, attributes?: Readonly<Record<string, string>>): void
}

/** Prefixes of the functions of the engine itself. */
const INTERNAL = [
  ...['engine', 'state', 'stream', 'configuration', 'iii', 'steps', 'motia'].map((name) => `${name}::`),
  ...['http', 'state', 'pubsub', 'stream', 'cron', 'queue', 'observability'].map((name) => `iii-${name}::`),
  'bridge.',
  'publish',
]

/** The attribute of a span that tells work of the engine from that of workers. */
export function functionKind(functionId: string): { readonly 'iii.function.kind': 'internal' | 'user' } {
  const isInternal = INTERNAL.some((prefix) => functionId.startsWith(prefix))
  return { 'iii.function.kind': isInternal ? 'internal' : 'user' }
}

export interface Instruments {
  watchCall?: WatchCall
  /** Starts a span; `undefined` if its trace is not kept. */
  openSpan?: (start: SpanStart) => OpenSpan | undefined
  watchWorkers?: (event: WorkerEvent) => void
  /** Receives the events of the engine. */
  watchEvents?: Emit
}

/** The call with a span around it, which ends with its answer. The caller is not affected. */
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

  answer(_call: CallIdentity, answer: CallOutcome): void {
    this.#span.end(answer.error)
    const { caller, traceparent, baggage } = this.#call
    caller?.answer(this.#call, { ...answer, traceparent, baggage, frame: undefined })
  }
}
