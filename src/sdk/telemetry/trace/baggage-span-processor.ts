/**
 * Copies baggage onto spans, so that traces can be searched by it. The interface of a span processor is the same in
 * every OpenTelemetry version, so it also works with a provider of the program.
 */
import type { Context } from '@opentelemetry/api'
import { otelApi } from '../otel-modules.js'

/** Sets every baggage entry as an attribute of each span that starts. */
export class BaggageSpanProcessor {
  /** Sets the entries of the parent context's baggage on a span. */
  onStart(span: { setAttribute(key: string, value: string): unknown }, parentContext: Context): void {
    const baggage = otelApi().propagation.getBaggage(parentContext)
    if (baggage === undefined) return
    for (const [key, { value }] of baggage.getAllEntries()) span.setAttribute(key, value)
  }

  /** Does nothing: attributes are set when the span starts. */
  onEnd(_span: unknown): void {
    // Attributes were set when the span started.
  }

  /** Resolves at once: nothing is buffered. */
  forceFlush(): Promise<void> {
    return Promise.resolve()
  }

  /** Resolves at once: nothing is held. */
  shutdown(): Promise<void> {
    return Promise.resolve()
  }
}
