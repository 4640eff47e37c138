/**
 * The interface between calls and tracing. A worker without telemetry has no tracing, so each call then costs one
 * comparison. Independent of OpenTelemetry.
 */

/** W3C headers of a call. */
export interface TraceHeaders {
  readonly traceparent: string | undefined
  readonly baggage: string | undefined
}

/** The data of an invocation when its handler starts. */
export interface TracedInvocation extends Partial<TraceHeaders> {
  readonly functionId: string
  readonly input: unknown
}

/** One run of a handler. Exactly one of `succeeded` and `failed` follows. */
export interface Handling {
  /** Runs the handler in the context of this invocation. */
  run<T>(handler: () => T): T
  succeeded(result: unknown): void
  failed(thrown: unknown): void
}

export interface Tracing {
  /** Headers of the call that is being made, from the active context. */
  inject(): TraceHeaders
  /** A handler is about to run; `undefined` if there is nothing to trace. */
  begin(invocation: TracedInvocation): Handling | undefined
}

/** The parts of a `traceparent` header. */
export interface TraceParent {
  readonly traceId: string
  readonly spanId: string
  readonly isSampled: boolean
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/

/** Parses the header; `undefined` if it is invalid. */
export function parseTraceparent(header: string | undefined): TraceParent | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(header ?? '') ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

/** The trace id in such a header. */
export function traceIdOf(header: string | undefined): string | undefined {
  return parseTraceparent(header)?.traceId
}
