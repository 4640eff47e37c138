/** Draws a trace for a terminal: a tree of spans with service, duration, place in time, and the log lines of each span. */
import type { LogRow, SpanNode } from '../../wire/protocol/list-rows.js'
import type { Screen } from '../command.js'
import { clean, clockTime, cut, duration, painter, type Paint } from './text.js'
import { isRecord } from '../../wire/protocol/validate.js'

/** A span, or a log record below it, with its place in the tree. */
interface Row {
  readonly label: string
  readonly span?: SpanNode
  readonly note?: string
}

const WIDTH = 100
const NARROWEST_BAR = 10
const WIDEST_BAR = 40
/** Spans of one trace that are drawn. */
const MAX_ROWS = 1_000

export function waterfall(roots: readonly SpanNode[], logs: readonly LogRow[], screen?: Screen): string[] {
  const spans = flat(roots)
  const first = spans.reduce((least, span) => Math.min(least, span.start_time_unix_nano), Infinity)
  const last = spans.reduce((most, span) => Math.max(most, endOf(span)), -Infinity)
  const paint = painter(screen)
  const rows: Row[] = []
  const bySpan = logsBySpan(logs, new Set(spans.map((span) => span.span_id)))
  for (const root of roots) addRows(rows, { span: root, indent: '', mark: '' }, bySpan)
  const shown = rows.slice(0, MAX_ROWS)
  const failed = spans.filter(({ status }) => status === 'error').length
  const services = new Set(spans.map((span) => span.service_name)).size
  const head = [
    `Trace ${clean(spans[0]?.trace_id ?? '')}`,
    [
      new Date(first / 1e6).toISOString(),
      duration((last - first) / 1e6),
      counted(spans.length, 'span'),
      counted(services, 'service'),
      failed === 0 ? 'no errors' : paint('red', `${String(failed)} failed`),
    ].join(' · '),
    '',
  ]
  const more = rows.length - shown.length
  return [
    ...head,
    ...drawn(shown, { first, last, screen, paint }),
    ...(more > 0 ? [`… ${String(more)} more lines; --json prints all`] : []),
    ...(bySpan.get('')?.map((log) => `· ${logText(log, paint)}`) ?? []),
  ]
}

function counted(count: number, what: string): string {
  return `${String(count)} ${what}${count === 1 ? '' : 's'}`
}

interface Frame {
  readonly first: number
  readonly last: number
  readonly screen: Screen | undefined
  readonly paint: Paint
}

function drawn(rows: readonly Row[], { first, last, screen, paint }: Frame): string[] {
  const width = screen?.columns ?? WIDTH
  const spans = rows.flatMap((row) => (row.span === undefined ? [] : [{ label: row.label, span: row.span }]))
  const services = Math.min(16, Math.max(...spans.map(({ span }) => clean(span.service_name).length)))
  const bar = Math.max(NARROWEST_BAR, Math.min(WIDEST_BAR, Math.floor(width / 4)))
  const longest = Math.max(...spans.map(({ label }) => label.length))
  const names = Math.min(longest, Math.max(16, width - services - bar - 9 - 6))
  return rows.flatMap(({ label, span, note }) => {
    if (span === undefined) return [cut(`${label}${note ?? ''}`, screen === undefined ? Infinity : width)]
    const time = span.pending === true ? 'running' : duration((endOf(span) - span.start_time_unix_nano) / 1e6)
    const style = span.status === 'error' ? 'red' : 'cyan'
    return [
      [
        cut(label, names).padEnd(names),
        cut(clean(span.service_name), services).padEnd(services),
        time.padStart(9),
        paint(style, barOf(span, { first, last, bar })).trimEnd(),
      ].join('  '),
    ]
  })
}

function barOf(span: SpanNode, { first, last, bar }: { first: number; last: number; bar: number }): string {
  const scale = last > first ? bar / (last - first) : 0
  const from = Math.min(bar - 1, Math.floor((span.start_time_unix_nano - first) * scale))
  const length = Math.max(1, Math.min(bar - from, Math.round((endOf(span) - span.start_time_unix_nano) * scale)))
  return ' '.repeat(from) + (span.status === 'error' ? '▒' : '█').repeat(length)
}

interface Place {
  readonly span: SpanNode
  readonly indent: string
  readonly mark: string
}

function addRows(rows: Row[], { span, indent, mark }: Place, logs: ReadonlyMap<string, readonly LogRow[]>): void {
  const children = span.children ?? []
  rows.push({ label: `${indent}${mark}${clean(span.name)}`, span })
  const inner = indent + (mark === '' ? '' : mark === '├ ' ? '│ ' : '  ')
  const below = `${inner}${children.length > 0 ? '│ ' : '  '}`
  const error = errorOf(span)
  if (error !== undefined) rows.push({ label: below, note: `! ${error}` })
  for (const log of logs.get(span.span_id) ?? []) {
    // The record of the engine about a failed call repeats the error of the span.
    const isRepeated = error !== undefined && log.attributes?.['kind'] === 'invocation_failed'
    if (!isRepeated) rows.push({ label: below, note: `· ${logText(log)}` })
  }
  for (const [index, child] of children.entries()) {
    addRows(rows, { span: child, indent: inner, mark: index === children.length - 1 ? '└ ' : '├ ' }, logs)
  }
}

/** Why a span failed: its status, or the exception among its events. */
function errorOf(span: SpanNode): string | undefined {
  if (span.status !== 'error') return undefined
  const exception = span.events.find(({ name }) => name === 'exception')
  const message = exception?.attributes.find(([key]) => key === 'exception.message')?.[1]
  return clean(message ?? span.status_description ?? 'failed')
}

function logsBySpan(logs: readonly LogRow[], known: ReadonlySet<string>): Map<string, LogRow[]> {
  const groups = new Map<string, LogRow[]>()
  for (const log of [...logs].sort((a, b) => a.timestamp_unix_nano - b.timestamp_unix_nano)) {
    const { span_id: span } = log
    const id = typeof span === 'string' && known.has(span) ? span : ''
    groups.set(id, [...(groups.get(id) ?? []), log])
  }
  return groups
}

/** Members of a record that repeat what the line says. */
const REPEATED = ['service.name', 'trace_id', 'span_id', 'log.data']

/** The level, message and data of a log record. */
function logText(row: LogRow, paint: Paint = painter()): string {
  const { severity_text: level, body, attributes = {} } = row
  const head = `${paint(styleOf(level), clean(level).padEnd(5))} ${clean(body)}`
  const failure = failureIn(attributes)
  if (failure === undefined) return head + factsOf(attributes, paint)
  return `${head}: ${clean(failure.reason)}${failure.place === undefined ? '' : ` ${paint('gray', clean(failure.place))}`}`
}

/** What failed, why, and where in the code, in a record of the engine. */
function failureIn({
  kind,
  functionId,
  error,
}: Readonly<Record<string, unknown>>): { readonly reason: string; readonly place: string | undefined } | undefined {
  if (typeof kind !== 'string' || !isRecord(error)) return undefined
  const { message, stacktrace: stack } = error
  if (typeof message !== 'string') return undefined
  const place = typeof stack === 'string' ? /^\s+(at .+)$/m.exec(stack)?.[1] : undefined
  return { reason: typeof functionId === 'string' ? `\`${functionId}\` · ${message}` : message, place }
}

function factsOf(attributes: Readonly<Record<string, unknown>>, paint: Paint): string {
  const data = attributes['log.data']
  const others = Object.fromEntries(Object.entries(attributes).filter(([key]) => !REPEATED.includes(key)))
  const facts = data === undefined ? others : isEmpty(others) ? data : { data, ...others }
  return isEmpty(facts) ? '' : ` ${paint('gray', clean(withShortStacks(facts)))}`
}

/** In one line, a stack trace says most by its message and first frame; `--json` has it whole. */
function withShortStacks(value: unknown): unknown {
  const text = JSON.stringify(value, (key, member: unknown) =>
    key === 'stacktrace' && typeof member === 'string' ? member.split('\n', 2).join('\n') : member,
  ) as string | undefined
  return text === undefined ? value : (JSON.parse(text) as unknown)
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function styleOf(level: string): 'red' | 'yellow' | 'green' | 'gray' {
  const name = level.toLowerCase()
  if (name.startsWith('err') || name.startsWith('fatal')) return 'red'
  return name.startsWith('warn') ? 'yellow' : name === 'info' ? 'green' : 'gray'
}

/** One log record as a line of its own. */
export function logLine(row: LogRow, paint: Paint): string {
  const at = paint('gray', clockTime(new Date(row.timestamp_unix_nano / 1e6)))
  const trace = (row.trace_id ?? '') === '' ? '' : ` ${paint('gray', clean(row.trace_id))}`
  return `${at} ${logText(row, paint)} [${clean(functionOf(row))}]${trace}`
}

/** The function that wrote a record: loggers of handlers use its id as their service. */
export function functionOf({ attributes, service_name: service }: LogRow): string {
  const label = attributes?.['service.name']
  return typeof label === 'string' ? label : service
}

function flat(roots: readonly SpanNode[]): SpanNode[] {
  const all: SpanNode[] = []
  const rest = [...roots]
  for (let span = rest.pop(); span !== undefined; span = rest.pop()) {
    all.push(span)
    for (const child of span.children ?? []) rest.push(child)
  }
  return all
}

function endOf({ start_time_unix_nano: start, end_time_unix_nano: end }: SpanNode): number {
  return Math.max(start, end)
}
