/** Groups spans by the value of an attribute, with the traces, the time range and the status of each group. */
import type { FieldType } from '../../../../wire/protocol/validate.js'
import { nanosToMs } from '../otlp-value.js'
import { attributeOf, type SpanRow } from './span-row.js'
import { integer, list, named, object, optional, string } from '../../../declare/schema.js'

export interface GroupQuery {
  readonly attribute: string
  /** The attribute with a label of the group for people. */
  readonly labelAttribute: string | undefined
  readonly limit: number
}

export const traceGroup = named(
  'TraceGroup',
  object({
    value: string('The value of the attribute'),
    label: optional(string()),
    trace_ids: list(string()),
    span_count: integer('uint32'),
    first_seen_ms: integer('uint64', 'Start of the first span'),
    last_seen_ms: integer('uint64', 'End of the last span, or its start while it runs'),
    duration_ms: integer('uint32', 'Duration from start to end'),
    error_count: integer('uint32'),
  }),
)

type TraceGroup = FieldType<typeof traceGroup>

/** The groups, the most recent first. */
export function groupTraces(spans: readonly SpanRow[], { attribute, labelAttribute, limit }: GroupQuery): TraceGroup[] {
  const members = new Map<string, SpanRow[]>()
  for (const span of spans) {
    const value = attributeOf(span, attribute)
    if (value === undefined) continue
    const present = members.get(value)
    if (present === undefined) members.set(value, [span])
    else present.push(span)
  }
  return Array.from(members, ([value, group]) => groupOf(value, group, labelAttribute))
    .sort((a, b) => b.last_seen_ms - a.last_seen_ms)
    .slice(0, limit)
}

function groupOf(value: string, spans: readonly SpanRow[], labelAttribute: string | undefined): TraceGroup {
  let firstNanos = Infinity
  let lastNanos = 0
  let label: string | undefined
  for (const span of spans) {
    const { start_time_unix_nano: start, end_time_unix_nano: end } = span
    firstNanos = Math.min(firstNanos, start)
    lastNanos = Math.max(lastNanos, start, end)
    if (labelAttribute !== undefined) label ??= attributeOf(span, labelAttribute)
  }
  return {
    value,
    label: label ?? null,
    trace_ids: [...new Set(spans.map(({ trace_id }) => trace_id))],
    span_count: spans.length,
    first_seen_ms: Math.floor(nanosToMs(firstNanos)),
    last_seen_ms: Math.floor(nanosToMs(lastNanos)),
    duration_ms: nanosToMs(lastNanos - firstNanos),
    error_count: spans.filter(({ status }) => status === 'error').length,
  }
}
