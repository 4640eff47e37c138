/** Reads facts out of spans: the function, the payloads, the failure, and the way through a trace that took its time. */
import { isRecord } from '../../wire/protocol/validate.js'
import { CALLER_WORKER_ID } from '../../wire/protocol/names.js'
import type { LogRow, SpanEvent, SpanNode, SpanRow } from '../../wire/protocol/list-rows.js'

function attribute({ attributes }: Pick<SpanRow | SpanEvent, 'attributes'>, key: string): string | undefined {
  return attributes.find(([name]) => name === key)?.[1]
}

/** The function that a span is about; undefined for other work. */
export function functionOf(span: SpanRow): string | undefined {
  const named = /^(?:execute|call) (.+)$/.exec(span.name)?.[1]
  return attribute(span, 'iii.function.id') ?? attribute(span, 'function_id') ?? named
}

/** Whether a worker ran a function in this span, so that it can be run again. */
export function isExecution(span: SpanRow): boolean {
  return span.name.startsWith('execute ')
}

export function startMs(span: SpanRow): number {
  return span.start_time_unix_nano / 1e6
}

export function durationMs(span: SpanRow): number {
  return Math.max(0, (span.end_time_unix_nano - span.start_time_unix_nano) / 1e6)
}

export function isFailed(span: SpanRow): boolean {
  return span.status === 'error'
}

/** A payload of a span, as the worker recorded it. */
export interface Payload {
  readonly value: unknown
  /** Set if the text was cut or is not JSON: then it cannot be sent again as it is. */
  readonly text: string | undefined
  readonly isRedacted: boolean
}

/** Payload event of a span; `undefined` if none was recorded. */
export function payloadOf(span: SpanRow, kind: 'input' | 'output'): Payload | undefined {
  const event = span.events.find(({ name }) => name === `iii.invocation.${kind}`)
  const text = event && attribute(event, 'iii.payload.json')
  if (event === undefined || text === undefined) return undefined
  const isRedacted = text.includes('"[REDACTED]"')
  if (attribute(event, 'iii.payload.truncated') === 'true') return { value: undefined, text, isRedacted }
  try {
    return { value: withoutCaller(JSON.parse(text)), text: undefined, isRedacted }
  } catch {
    // A worker in another language may record something else than JSON.
    return { value: undefined, text, isRedacted }
  }
}

/** The engine adds the id of the caller to each payload; it does not belong to the input. */
export function withoutCaller(value: unknown): unknown {
  if (!isRecord(value) || !Object.hasOwn(value, CALLER_WORKER_ID)) return value
  const { [CALLER_WORKER_ID]: _, ...rest } = value
  return rest
}

export interface SpanFailure {
  readonly type: string
  readonly message: string
  readonly stack: string | undefined
}

/** Why a span failed. */
export function failureOf(span: SpanRow): SpanFailure | undefined {
  if (!isFailed(span)) return undefined
  const event = span.events.find(({ name }) => name === 'exception')
  const of = (name: string): string | undefined => event && attribute(event, `exception.${name}`)
  const message = of('message') ?? attribute(span, 'error.message') ?? span.status_description ?? 'It failed'
  const type = of('type') ?? attribute(span, 'error.type') ?? 'error'
  return { type, message, stack: of('stacktrace') ?? attribute(span, 'error.stack') }
}

/** A span in the order and depth in which a waterfall shows it. */
export interface PlacedSpan {
  readonly span: SpanNode
  readonly depth: number
  readonly parent: SpanNode | undefined
}

/** In the order of a waterfall. Without recursion, since a trace may be as deep as it has spans. */
export function flatten(roots: readonly SpanNode[]): PlacedSpan[] {
  const placed: PlacedSpan[] = []
  const open: PlacedSpan[] = roots.map((span) => ({ span, depth: 0, parent: undefined })).reverse()
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    placed.push(one)
    const { span, depth } = one
    const children = span.children ?? []
    for (let at = children.length - 1; at >= 0; at--) {
      const child = children[at]
      if (child !== undefined) open.push({ span: child, depth: depth + 1, parent: span })
    }
  }
  return placed
}

/** When the latest of some spans ended, in nanoseconds since 1970. */
function latestEnd(placed: readonly PlacedSpan[]): number {
  return placed.reduce((latest, { span }) => Math.max(latest, span.end_time_unix_nano), -Infinity)
}

/**
 * The spans that the duration of a trace depends on: from the end backwards, always the child that ended last before
 * the point reached.
 */
export function criticalPath(root: SpanNode): ReadonlySet<string> {
  const path = new Set<string>()
  const open = [{ span: root, until: latestEnd(flatten([root])) }]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    path.add(one.span.span_id)
    let end = one.until
    const latest = [...(one.span.children ?? [])].sort((a, b) => b.end_time_unix_nano - a.end_time_unix_nano)
    for (const span of latest) {
      if (span.start_time_unix_nano >= end || span.end_time_unix_nano > end) continue
      open.push({ span, until: span.end_time_unix_nano })
      end = span.start_time_unix_nano
    }
  }
  return path
}

/** The failed span in which a failure began: the deepest one, and of those the first. */
export function originOf(placed: readonly PlacedSpan[]): SpanNode | undefined {
  let origin: PlacedSpan | undefined
  for (const one of placed) if (isFailed(one.span) && one.depth > (origin?.depth ?? -1)) origin = one
  return origin?.span
}

export function logMs(row: LogRow): number {
  return (row.timestamp_unix_nano || row.observed_timestamp_unix_nano) / 1e6
}
