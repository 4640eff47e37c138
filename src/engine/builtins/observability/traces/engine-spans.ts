/**
 * Creates the spans of the engine. A span joins the trace of its cause or starts a new trace. Sampling is decided when
 * a trace starts and applies to all its spans.
 */
import type { ErrorBody } from '../../../../errors.js'
import type { EngineHost } from '../../builtin.js'
import { parseTraceparent, type TraceParent } from '../../../calls/trace-headers.js'
import type { OpenSpan, SpanStart } from '../../../instruments.js'
import { epochNanos } from '../otlp-value.js'
import type { CurrentSettings } from '../observability-config.js'
import { isSampled } from './sampling.js'
import type { SpanEvent, SpanRow } from './span-row.js'

export interface EngineSpansOptions {
  readonly host: EngineHost
  readonly current: Readonly<CurrentSettings>
  /** Receives every span that ended. */
  readonly take: (span: SpanRow) => void
}

export class EngineSpans {
  readonly #options: EngineSpansOptions
  /** A trace that is not recorded, for work that telemetry itself causes. */
  readonly #quietTraceId: string
  /** Headers of the trace that is not recorded. */
  readonly quiet: { readonly traceparent: string; readonly baggage: undefined }

  constructor(options: EngineSpansOptions) {
    this.#options = options
    this.#quietTraceId = this.#newId()
    this.quiet = { traceparent: `00-${this.#quietTraceId}-${this.#newId().slice(16)}-00`, baggage: undefined }
  }

  /** Whether the work was caused by telemetry itself; reacting to it would cause an endless loop. */
  isQuiet(traceId: string | undefined): boolean {
    return traceId === this.#quietTraceId
  }

  open({ name, trace, attributes }: SpanStart): OpenSpan | undefined {
    const parent = parseTraceparent(trace.traceparent)
    const traceId = parent?.traceId ?? this.#newId()
    if (!this.#isKept(name, traceId, parent)) return undefined
    const { host, current, take } = this.#options
    const { service } = current.settings
    const spanId = this.#newId().slice(16)
    const startedAt = host.clock.now()
    const startNanos = epochNanos(host.clock)
    return {
      trace: { traceparent: `00-${traceId}-${spanId}-01`, baggage: trace.baggage },
      end: (error, more = {}) => {
        const endNanos = startNanos + (host.clock.now() - startedAt) * 1e6
        const all = { ...attributes, ...more, ...failureAttributes(error) }
        take({
          trace_id: traceId,
          span_id: spanId,
          parent_span_id: parent?.spanId ?? null,
          name,
          start_time_unix_nano: startNanos,
          end_time_unix_nano: Math.round(endNanos),
          status: error === undefined ? 'ok' : 'error',
          ...(error === undefined ? {} : { status_description: error.message }),
          attributes: Object.entries(all),
          service_name: service.name,
          events: error === undefined ? [] : [exceptionEvent(error, endNanos)],
          links: [],
          instrumentation_scope_name: 'iii',
          flags: 1,
        })
      },
    }
  }

  #isKept(name: string, traceId: string, parent: TraceParent | undefined): boolean {
    if (this.isQuiet(traceId)) return false
    const { sampling, service } = this.#options.current.settings
    if (parent !== undefined && sampling.parentBased) return parent.isSampled
    return isSampled(sampling, { traceId, name, service: service.name })
  }

  /** 32 hexadecimal digits. */
  #newId(): string {
    return this.#options.host.random.uuid().replaceAll('-', '')
  }
}

function failureAttributes(error: ErrorBody | undefined): Record<string, string> {
  if (error === undefined) return {}
  const { code, message, stacktrace } = error
  const base = { 'error.type': code, 'error.message': message }
  return stacktrace === undefined ? base : { ...base, 'error.stack': stacktrace }
}

function exceptionEvent({ code, message, stacktrace }: ErrorBody, nanos: number): SpanEvent {
  const attributes: [string, string][] = [
    ['exception.type', code],
    ['exception.message', message],
  ]
  if (stacktrace !== undefined) attributes.push(['exception.stacktrace', stacktrace])
  return { name: 'exception', timestamp_unix_nano: Math.round(nanos), attributes }
}
