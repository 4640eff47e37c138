/**
 * Tracing as a port: what calling and serving tell telemetry, and what they get from it. A worker without telemetry
 * has no tracing at all, so calls then pay for one comparison. Knows no OpenTelemetry.
 */

/** W3C headers of a call. */
export interface TraceHeaders {
  readonly traceparent: string | undefined
  readonly baggage: string | undefined
}

/** What is known about an invocation when its handler starts. */
export interface TracedInvocation extends Partial<TraceHeaders> {
  readonly functionId: string
  readonly input: unknown
}

/** One handler's run. Exactly one of `succeeded` and `failed` follows. */
export interface Handling {
  /** Runs the handler, so that what it does belongs to this invocation. */
  run<T>(handler: () => T): T
  succeeded(result: unknown): void
  failed(thrown: unknown): void
}

export interface Tracing {
  /** Headers of the call that is being made, from what runs now. */
  inject(): TraceHeaders
  /** A handler is about to run; `undefined` when there is nothing to trace. */
  begin(invocation: TracedInvocation): Handling | undefined
}
