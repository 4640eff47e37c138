/** Reads facts out of spans: the function, the payloads, the failure, and the way through a trace that took its time. */
import { isRecord } from '../../wire/protocol/validate.js'
import { CALLER_WORKER_ID } from '../../wire/protocol/names.js'
import type { LogRow, Span, SpanEvent, SpanNode } from './rows.js'

function attribute({ attributes }: Pick<Span | SpanEvent, 'attributes'>, key: string): string | undefined {
  return attributes.find(([name]) => name === key)?.[1]
}

/** The function that a span is about; undefined for other work. */
export function functionOf(span: Span): string | undefined {
  const named = /^(?:execute|call) (.+)$/.exec(span.name)?.[1]
  return attribute(span, 'iii.function.id') ?? attribute(span, 'function_id') ?? named
}

/** Whether a worker ran a function in this span, so that it can be run again. */
export function isExecution(span: Span): boolean {
  return span.name.startsWith('execute ')
}

export function startMs(span: Span): number {
  return span.start_time_unix_nano / 1e6
}

export function durationMs(span: Span): number {
  return Math.max(0, (span.end_time_unix_nano - span.start_time_unix_nano) / 1e6)
}

export function isFailed(span: Span): boolean {
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
export function payloadOf(span: Span, kind: 'input' | 'output'): Payload | undefined {
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

export interface Failure {
  readonly type: string
  readonly message: string
  readonly stack: string | undefined
}

/** Why a span failed. */
export function failureOf(span: Span): Failure | undefined {
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

export function flatten(roots: readonly SpanNode[]): PlacedSpan[] {
  const placed: PlacedSpan[] = []
  const visit = (span: SpanNode, depth: number, parent: SpanNode | undefined): void => {
    placed.push({ span, depth, parent })
    for (const child of span.children) visit(child, depth + 1, span)
  }
  for (const root of roots) visit(root, 0, undefined)
  return placed
}

/**
 * The spans that the duration of a trace depends on: from the end backwards, always the child that ended last before
 * the point reached.
 */
export function criticalPath(root: SpanNode): ReadonlySet<string> {
  const path = new Set<string>()
  const walk = (span: SpanNode, until: number): void => {
    path.add(span.span_id)
    let end = until
    const latest = [...span.children].sort((a, b) => b.end_time_unix_nano - a.end_time_unix_nano)
    for (const child of latest) {
      if (child.start_time_unix_nano >= end || child.end_time_unix_nano > end) continue
      walk(child, child.end_time_unix_nano)
      end = child.start_time_unix_nano
    }
  }
  walk(root, Math.max(...flatten([root]).map(({ span }) => span.end_time_unix_nano)))
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
