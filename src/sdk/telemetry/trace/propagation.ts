/**
 * Converts trace context and baggage from and to W3C headers. The wire protocol fixes the format, so a propagator that
 * the program registered is not used.
 */
import type { Context, TextMapPropagator } from '@opentelemetry/api'
import type { TraceHeaders } from '../../../wire/protocol/tracing.js'
import { otelApi, otelCore } from '../otel-modules.js'

let composite: TextMapPropagator | undefined

/** Trace context and baggage, as W3C defines them. */
export function w3cPropagator(): TextMapPropagator {
  if (composite !== undefined) return composite
  const { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } = otelCore()
  const propagators = [new W3CTraceContextPropagator(), new W3CBaggagePropagator()]
  return (composite = new CompositePropagator({ propagators }))
}

/** The context from the headers of a call, on top of `base`. Invalid headers count as absent. */
export function extractHeaders(headers: Partial<TraceHeaders>, base: Context): Context {
  if (headers.traceparent === undefined && headers.baggage === undefined) return base
  return w3cPropagator().extract(base, headers, otelApi().defaultTextMapGetter)
}

const NO_HEADERS: TraceHeaders = { traceparent: undefined, baggage: undefined }

/** The headers that describe a context. */
export function injectHeaders(context: Context): TraceHeaders {
  if (context === otelApi().ROOT_CONTEXT) return NO_HEADERS
  const carrier: { traceparent?: string; baggage?: string } = {}
  w3cPropagator().inject(context, carrier, otelApi().defaultTextMapSetter)
  return { traceparent: carrier.traceparent, baggage: carrier.baggage }
}
