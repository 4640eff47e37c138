/** A span as it is stored and listed, and its parser. */
import {
  type AttributePair,
  attributePairs,
  nanosOf,
  nanosToMs,
  numberOf,
  objectAt,
  objectsIn,
  type OtlpObject,
  scopedItems,
  type ScopedItems,
  spanIdOf,
  textOf,
  traceIdOf,
} from '../otlp-value.js'

type SpanStatus = 'unset' | 'ok' | 'error'

/** Times are nanoseconds since 1970, rounded to 256 ns by the precision of numbers. */
export interface SpanRow {
  readonly trace_id: string
  readonly span_id: string
  readonly parent_span_id: string | null
  readonly name: string
  readonly start_time_unix_nano: number
  readonly end_time_unix_nano: number
  readonly status: SpanStatus
  readonly status_description?: string
  /** Values are text, whatever their type was. */
  readonly attributes: readonly AttributePair[]
  readonly service_name: string
  readonly events: readonly SpanEvent[]
  readonly links: readonly SpanLink[]
  readonly instrumentation_scope_name?: string
  readonly instrumentation_scope_version?: string
  readonly flags?: number
  readonly trace_state?: string
  /** The span is still running. Its end will replace this row. */
  readonly pending?: true
}

export interface SpanEvent {
  readonly name: string
  readonly timestamp_unix_nano: number
  readonly attributes: readonly AttributePair[]
}

interface SpanLink {
  readonly trace_id: string
  readonly span_id: string
  readonly trace_state: string | null
  readonly attributes: readonly AttributePair[]
}

const NESTING = { resources: 'resourceSpans', scopes: 'scopeSpans', items: 'spans' }

/**
 * The spans of a frame; `undefined` for each without valid ids.
 * @throws {TypeError} when the frame contains no spans at all.
 */
export function* spansIn(frame: OtlpObject): Iterable<SpanRow | undefined> {
  for (const scoped of scopedItems(frame, NESTING)) {
    for (const span of scoped.items) yield spanRow(span, scoped)
  }
}

/** Duration of a span in milliseconds; 0 while it runs. */
export function durationMs({ start_time_unix_nano: start, end_time_unix_nano: end }: SpanRow): number {
  return Math.max(0, nanosToMs(end - start))
}

/** The value of an attribute. */
export function attributeOf({ attributes }: SpanRow, name: string): string | undefined {
  return attributes.find(([key]) => key === name)?.[1]
}

function spanRow(span: OtlpObject, { serviceName, scope }: ScopedItems): SpanRow | undefined {
  const trace_id = traceIdOf(span['traceId'])
  const span_id = spanIdOf(span['spanId'])
  if (trace_id === undefined || span_id === undefined) return undefined
  const { code, message } = objectAt(span, 'status')
  const description = textOf(message)
  const flags = numberOf(span['flags'])
  const traceState = textOf(span['traceState'])
  const end = nanosOf(span['endTimeUnixNano'])
  return {
    trace_id,
    span_id,
    parent_span_id: spanIdOf(span['parentSpanId']) ?? null,
    name: textOf(span['name']) ?? '',
    start_time_unix_nano: nanosOf(span['startTimeUnixNano']),
    end_time_unix_nano: end,
    status: statusOf(code),
    ...(description === undefined ? {} : { status_description: description }),
    attributes: attributePairs(span['attributes']),
    service_name: serviceName,
    events: objectsIn(span['events']).map(eventOf),
    links: objectsIn(span['links']).flatMap(linkOf),
    ...scope,
    ...(flags === undefined ? {} : { flags }),
    ...(traceState === undefined ? {} : { trace_state: traceState }),
    ...(end === 0 ? { pending: true } : {}),
  }
}

/** Codes are numbers; some exporters write names. */
function statusOf(code: unknown): SpanStatus {
  if (code === 1 || code === 'STATUS_CODE_OK') return 'ok'
  return code === 2 || code === 'STATUS_CODE_ERROR' ? 'error' : 'unset'
}

function eventOf({ name, timeUnixNano, attributes }: OtlpObject): SpanEvent {
  return {
    name: textOf(name) ?? '',
    timestamp_unix_nano: nanosOf(timeUnixNano),
    attributes: attributePairs(attributes),
  }
}

function linkOf({ traceId, spanId, traceState, attributes }: OtlpObject): SpanLink[] {
  const trace_id = traceIdOf(traceId)
  const span_id = spanIdOf(spanId)
  if (trace_id === undefined || span_id === undefined) return []
  return [{ trace_id, span_id, trace_state: textOf(traceState) ?? null, attributes: attributePairs(attributes) }]
}
