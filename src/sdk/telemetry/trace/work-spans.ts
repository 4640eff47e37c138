/**
 * Spans of work that is not an invocation, such as a run of a workflow: it may begin in another process, days before, so its
 * parent and its links are given as `traceparent` headers. The caller decides what the span is about.
 */
import type { Attributes, Context, Link, Span } from '@opentelemetry/api'
import { isAnyTelemetryLive, withOwner } from '../active-telemetry.js'
import { otelApi } from '../otel-modules.js'
import type { Telemetry } from '../telemetry.js'
import { extractHeaders, injectHeaders } from './propagation.js'
import { recordFailure, recordSuccess } from './span-failure.js'

/** What a span is about. */
export interface Work {
  readonly name: string
  readonly attributes: Attributes
  /** The parent; absent: the running span. */
  readonly traceparent?: string | undefined
  /** A span of another trace that this work follows. */
  readonly link?: string | undefined
}

/** A span that has begun. */
export interface WorkSpan {
  /** The header that describes this span. */
  readonly traceparent: string | undefined
  /** Runs code in the context of the span. */
  run<T>(work: () => T): T
  /** Ends the span, as failed if there is an error. */
  end(attributes?: Attributes, failure?: { readonly error: unknown }): void
}

/**
 * Begins a span. Nothing without telemetry, unless other workers of this process have some: then a context without a
 * span keeps the work apart from theirs.
 */
export function beginWork(telemetry: Telemetry | undefined, describe: () => Work): WorkSpan | undefined {
  if (telemetry === undefined) return isAnyTelemetryLive() ? UNRECORDED : undefined
  const { context, ROOT_CONTEXT, SpanKind, trace } = otelApi()
  const { name, attributes, traceparent, link } = describe()
  const base = withOwner(traceparent === undefined ? context.active() : ROOT_CONTEXT, telemetry)
  const parent = extractHeaders({ traceparent }, base)
  const options = { kind: SpanKind.INTERNAL, attributes, links: linksTo(link) }
  const span = telemetry.tracer.startSpan(name, options, parent)
  return workSpan(span, trace.setSpan(parent, span))
}

function workSpan(span: Span, inside: Context): WorkSpan {
  return {
    get traceparent() {
      return injectHeaders(inside).traceparent
    },
    run: (work) => otelApi().context.with(inside, work),
    end(attributes = {}, failure) {
      span.setAttributes(attributes)
      if (failure === undefined) recordSuccess(span)
      else recordFailure(span, failure.error)
      span.end()
    },
  }
}

function linksTo(header: string | undefined): Link[] {
  if (header === undefined) return []
  const { ROOT_CONTEXT, trace } = otelApi()
  const context = trace.getSpanContext(extractHeaders({ traceparent: header }, ROOT_CONTEXT))
  return context === undefined ? [] : [{ context }]
}

const UNRECORDED: WorkSpan = {
  traceparent: undefined,
  run: (work) => {
    const { context, ROOT_CONTEXT } = otelApi()
    return context.with(withOwner(ROOT_CONTEXT, null), work)
  },
  end: () => undefined,
}

/** Makes a request outside of every trace: it serves the work, and does not belong to it. */
export function untraced<T>(request: () => T): T {
  if (!isAnyTelemetryLive()) return request()
  const { context, ROOT_CONTEXT } = otelApi()
  return context.with(ROOT_CONTEXT, request)
}

/** The header that describes the running span; nothing without telemetry. */
export function runningTraceparent(): string | undefined {
  return isAnyTelemetryLive() ? injectHeaders(otelApi().context.active()).traceparent : undefined
}
