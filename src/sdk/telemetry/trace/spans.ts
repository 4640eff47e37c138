/**
 * Tracing of one worker: one span around each handler, one pair of headers on each call. Payload settings are fixed
 * when the worker starts. A call that is not sampled gets only a context.
 */
import type { Context, Span } from '@opentelemetry/api'
import type { Handling, TracedInvocation, TraceHeaders, Tracing } from '../../../wire/protocol/tracing.js'
import { isAnyTelemetryLive, withOwner } from '../active-telemetry.js'
import { otelApi } from '../otel-modules.js'
import { shownPayload, tracesPayloads } from './payload.js'
import { extractHeaders, injectHeaders } from './propagation.js'
import { failureMessage, recordFailure, recordSuccess } from './span-failure.js'
import type { Telemetry } from '../telemetry.js'

/** How payloads appear in spans. */
interface PayloadRules {
  readonly shown: boolean
  readonly maxBytes: number
}

/** Tracing with the telemetry of a worker. */
export function createTracing(telemetry: Telemetry, maxBytes: number): Tracing {
  const { context, ROOT_CONTEXT, SpanKind, trace } = otelApi()
  const base = withOwner(ROOT_CONTEXT, telemetry)
  const payloads = { shown: tracesPayloads(), maxBytes }
  return {
    inject: (): TraceHeaders => injectHeaders(context.active()),
    begin(invocation: TracedInvocation): Handling {
      const parent = extractHeaders(invocation, base)
      const name = `execute ${invocation.functionId}`
      const span = telemetry.tracer.startSpan(name, { kind: SpanKind.INTERNAL }, parent)
      const inside = trace.setSpan(parent, span)
      if (!span.isRecording()) return new UnrecordedHandling(inside)
      if (payloads.shown) addPayload(span, 'iii.invocation.input', { value: invocation.input, payloads })
      return new SpanHandling(inside, span, payloads)
    },
  }
}

/**
 * Tracing of a worker with telemetry disabled: separates its handlers from those of other workers, if there are any.
 */
export const noTracing: Tracing = {
  inject: (): TraceHeaders => ({ traceparent: undefined, baggage: undefined }),
  begin(): Handling | undefined {
    if (!isAnyTelemetryLive()) return undefined
    return new UnrecordedHandling(withOwner(otelApi().ROOT_CONTEXT, null))
  },
}

class UnrecordedHandling implements Handling {
  readonly #inside: Context

  constructor(inside: Context) {
    this.#inside = inside
  }

  run<T>(handler: () => T): T {
    return otelApi().context.with(this.#inside, handler)
  }

  succeeded(): void {
    // Nothing is recorded.
  }

  failed(): void {
    // Nothing is recorded.
  }
}

class SpanHandling implements Handling {
  readonly #inside: Context
  readonly #span: Span
  readonly #payloads: PayloadRules

  constructor(inside: Context, span: Span, payloads: PayloadRules) {
    this.#inside = inside
    this.#span = span
    this.#payloads = payloads
  }

  run<T>(handler: () => T): T {
    return otelApi().context.with(this.#inside, handler)
  }

  succeeded(result: unknown): void {
    this.#output(result, true)
    recordSuccess(this.#span)
    this.#span.end()
  }

  failed(thrown: unknown): void {
    this.#output({ error: failureMessage(thrown) }, false)
    recordFailure(this.#span, thrown)
    this.#span.end()
  }

  #output(value: unknown, ok: boolean): void {
    if (this.#payloads.shown) addPayload(this.#span, 'iii.invocation.output', { value, payloads: this.#payloads, ok })
  }
}

interface Shown {
  readonly value: unknown
  readonly payloads: PayloadRules
  /** Whether the handler succeeded; set for outputs only. */
  readonly ok?: boolean
}

function addPayload(span: Span, event: string, { value, payloads, ok }: Shown): void {
  const { json, truncated } = shownPayload(value, payloads.maxBytes)
  span.addEvent(event, {
    'iii.payload.json': json,
    'iii.payload.truncated': truncated,
    ...(ok === undefined ? {} : { 'iii.payload.ok': ok }),
  })
}
