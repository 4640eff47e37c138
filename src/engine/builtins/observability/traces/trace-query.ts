/**
 * Lists spans with filters, sorting and paging: root spans that match, or all spans of the traces whose spans together
 * match every filter.
 */
import type { Infer } from '../../../../wire/protocol/validate.js'
import { type AttributePair, nanosToMs } from '../otlp-value.js'
import { attributeOf, durationMs, type SpanRow } from './span-row.js'
import type { Spans } from './spans.js'
import { accepting, any, boolean, integer, list, number, object, optional, string } from '../../../declare/schema.js'
import { setting } from '../../../declare/settings.js'

/** A time in a query. Fractions are accepted, too. */
export const time = accepting(optional(number()), optional(integer('uint64', 'Milliseconds since 1970')))
const pairs = setting<readonly AttributePair[]>('an array of [key, value]', isPairs, list(list(string())).schema)

const DEFAULT_LIMIT = 100

export const traceQuery = object({
  trace_id: optional(string()),
  trace_ids: optional(list(string()), null),
  service_name: optional(string('A part of the name')),
  name: optional(string('A part of the name')),
  status: optional(string('ok, error or unset')),
  min_duration_ms: optional(number()),
  max_duration_ms: optional(number()),
  start_time: time,
  end_time: time,
  attributes: optional(pairs),
  exclude_attributes: optional(pairs, null),
  search_all_spans: optional(boolean('Whether spans below the root are searched and listed too'), null),
  include_internal: optional(boolean('Whether spans of internal functions are listed too'), null),
  offset: optional(integer('uint')),
  limit: optional(integer('uint', `Default ${String(DEFAULT_LIMIT)}`)),
  sort_by: optional(string('start_time, duration, service_name or name; any other counts as start_time')),
  sort_order: optional(string('desc; any other counts as asc')),
})

export type TraceQuery = Infer<typeof traceQuery.members>

export const tracePage = object({
  spans: list(any()),
  total: integer('uint', 'The number without paging'),
  offset: integer('uint'),
  limit: integer('uint'),
  storage: any('How many of the received spans are stored'),
})

export interface TracePage {
  readonly spans: readonly SpanRow[]
  /** Total without paging. */
  readonly total: number
  readonly offset: number
  readonly limit: number
}

/** The page of spans that a query selects. Times are milliseconds since 1970, both ends included. */
export function listTraces(spans: Spans, query: TraceQuery): TracePage {
  const { offset = 0, limit = DEFAULT_LIMIT, include_internal = false, search_all_spans = false } = query
  const shown = candidates(spans, query).filter((span) => include_internal || !isInternalSpan(span))
  const tests = testsOf(query)
  const found = search_all_spans
    ? ofMatchingTraces(shown, tests)
    : shown.filter((span) => spans.isRoot(span) && tests.every((fits) => fits(span)))
  found.sort(orderOf(query))
  return { spans: found.slice(offset, offset + limit), total: found.length, offset, limit }
}

/** Whether a span is internal work of the engine rather than work of a worker. */
export function isInternalSpan(span: SpanRow): boolean {
  return attributeOf(span, 'iii.function.kind') === 'internal'
}

function candidates(spans: Spans, { trace_id, trace_ids }: TraceQuery): SpanRow[] {
  const ids = trace_ids ?? (trace_id === undefined ? undefined : [trace_id])
  if (ids === undefined) return spans.all()
  const wanted = new Set(ids.map((id) => id.toLowerCase()))
  if (trace_ids !== undefined && trace_id !== undefined && !wanted.has(trace_id.toLowerCase())) return []
  return [...wanted].flatMap((id) => spans.ofTrace(id))
}

type SpanTest = (span: SpanRow) => boolean

/** The filters of a query, each of which some span has to pass. */
function testsOf(query: TraceQuery): SpanTest[] {
  const { service_name, name, status, attributes, exclude_attributes: excluded } = query
  const { min_duration_ms: minMs, max_duration_ms: maxMs, start_time, end_time } = query
  const tests: (SpanTest | undefined)[] = [
    service_name === undefined ? undefined : (span) => contains(span.service_name, service_name),
    name === undefined ? undefined : (span) => contains(span.name, name),
    status === undefined ? undefined : (span) => contains(span.status, status),
    minMs === undefined && maxMs === undefined ? undefined : (span) => isWithin(durationMs(span), minMs, maxMs),
    start_time === undefined && end_time === undefined ? undefined : (span) => overlaps(span, start_time, end_time),
    ...(attributes ?? []).map((pair) => (span: SpanRow) => hasAttribute(span, pair)),
    excluded === undefined ? undefined : (span) => !excluded.some((pair) => hasAttribute(span, pair)),
  ]
  return tests.filter((test) => test !== undefined)
}

/** All spans of the traces in which each test is passed by some span. */
function ofMatchingTraces(spans: readonly SpanRow[], tests: readonly SpanTest[]): SpanRow[] {
  const failed = new Map<string, Set<SpanTest>>()
  for (const span of spans) {
    const open = failed.get(span.trace_id) ?? new Set(tests)
    failed.set(span.trace_id, open)
    for (const test of open) if (test(span)) open.delete(test)
  }
  return spans.filter(({ trace_id }) => failed.get(trace_id)?.size === 0)
}

/** Whether a span runs at some time within the range. One that has not ended runs until now. */
function overlaps(span: SpanRow, start = -Infinity, end = Infinity): boolean {
  const { start_time_unix_nano: from, end_time_unix_nano: to } = span
  return nanosToMs(from) <= end && (span.pending === true || nanosToMs(to) >= start)
}

/** Whether a value is between two bounds, both included; an absent bound does not limit. */
export function isWithin(value: number, min = -Infinity, max = Infinity): boolean {
  return value >= min && value <= max
}

function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase())
}

function hasAttribute(span: SpanRow, [key, value]: AttributePair): boolean {
  return span.attributes.some((pair) => pair[0] === key && pair[1] === value)
}

function orderOf({ sort_by = 'start_time', sort_order = 'asc' }: TraceQuery): (a: SpanRow, b: SpanRow) => number {
  const sign = sort_order === 'desc' ? -1 : 1
  switch (sort_by) {
    case 'duration':
      return (a, b) => sign * (durationMs(a) - durationMs(b))
    case 'service_name':
    case 'name':
      return (a, b) => sign * (a[sort_by] < b[sort_by] ? -1 : Number(a[sort_by] > b[sort_by]))
    case 'start_time':
    default:
      return (a, b) => sign * (a.start_time_unix_nano - b.start_time_unix_nano)
  }
}

function isPairs(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === 'string'))
  )
}
