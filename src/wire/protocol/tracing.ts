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
