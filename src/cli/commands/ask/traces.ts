/** `iii-node traces`: lists the recorded traces, draws one, or follows new ones. */
import { describe } from '../../../std/text/describe.js'
import type { LogRow, SpanNode } from '../../../wire/protocol/list-rows.js'
import {
  Exit,
  NotFoundError,
  UsageError,
  type RunCommand,
  type Screen,
  type Terminal,
  type Values,
} from '../../command.js'
import { tracesOptions } from '../../options.js'
import { parse } from '../../parse.js'
import { clean, clockTime, duration, jsonOf, page, painter, SHORT_ID, table } from '../../print/text.js'
import { waterfall } from '../../print/waterfall.js'
import { limitOf, withEngine, type Remote } from './connection.js'
import { follow } from './follow.js'

type TracesValues = Values<typeof tracesOptions>

const USUAL_LIMIT = 20

export const run: RunCommand = async (args, terminal) => {
  const { values, positionals } = parse(tracesOptions, args)
  const [id, extra] = positionals
  if (extra !== undefined) throw new UsageError(`traces shows one trace; got also ${describe(extra)}`)
  if (id !== undefined && values.follow === true) throw new UsageError('--follow shows new traces; leave out the id')
  const limit = limitOf(values.limit, USUAL_LIMIT)
  return withEngine({ name: 'traces', values }, async (remote) => {
    if (values.follow === true) await followTraces(remote, values, terminal)
    else if (id === undefined) await list(remote, { values, limit, terminal })
    else await show(remote, id, { values, terminal })
    return Exit.OK
  })
}

/** A trace as `--json` prints it. */
export interface Trace {
  readonly trace_id: string
  readonly roots: readonly SpanNode[]
  readonly logs: readonly LogRow[]
}

/** @throws {NotFoundError} when the engine has no span of it. */
export async function traceOf({ ask }: Remote, id: string): Promise<Trace> {
  const traceId = await wholeId(ask, id.toLowerCase())
  const { roots } = await ask<{ roots: SpanNode[] }>('engine::traces::tree', { trace_id: traceId })
  if (roots.length === 0)
    throw new NotFoundError(`the engine has no trace '${clean(id)}'; \`iii-node traces\` lists them`)
  const { logs } = await ask<{ logs: LogRow[] }>('engine::logs::list', { trace_id: traceId, limit: 1_000 })
  return { trace_id: traceId, roots, logs }
}

/** Newest traces among which the first digits of an id are looked up. */
const SEARCHED = 1_000

/** The id that begins with these digits; the digits themselves if there is none. */
export async function wholeId(ask: Remote['ask'], start: string): Promise<string> {
  if (!/^[0-9a-f]{8,31}$/.test(start)) return start
  const newest = { limit: SEARCHED, sort_by: 'start_time', sort_order: 'desc' }
  const { spans } = await ask<{ spans: SpanNode[] }>('engine::traces::list', newest)
  return spans.find((span) => span.trace_id.startsWith(start))?.trace_id ?? start
}

export function traceLines({ roots, logs }: Trace, screen: Screen | undefined): string[] {
  return waterfall(roots, logs, screen)
}

interface Shown {
  readonly values: TracesValues
  readonly terminal: Terminal
}

async function show(remote: Remote, id: string, { values, terminal }: Shown): Promise<void> {
  const trace = await traceOf(remote, id)
  if (values.json === true) terminal.out(jsonOf(trace, 2))
  else await page(terminal, traceLines(trace, terminal.screen))
}

/** The newest traces that fit, each as the row of its first span. */
export async function tracesOf(remote: Remote, wanted: TraceFilter, limit: number): Promise<object[]> {
  return (await firstSpans(remote, wanted, limit)).map(traceRow)
}

async function list(remote: Remote, { values, limit, terminal }: Shown & { readonly limit: number }): Promise<void> {
  const spans = await firstSpans(remote, values, limit)
  if (values.json === true) {
    terminal.out(jsonOf({ traces: spans.map(traceRow) }, 2))
    return
  }
  if (spans.length === 0) {
    terminal.err('The engine has no such traces')
    return
  }
  const columns = [
    { title: 'TIME' },
    { title: 'STATUS' },
    { title: 'DURATION', isNumber: true },
    { title: 'NAME' },
    { title: 'SERVICE' },
    { title: 'TRACE' },
  ]
  const rows = spans.map((span) => {
    const { started, duration_ms: ms } = traceRow(span)
    const time = span.pending === true ? 'running' : duration(ms)
    const id = terminal.screen === undefined ? span.trace_id : span.trace_id.slice(0, SHORT_ID)
    return [clockTime(new Date(started)), span.status, time, span.name, span.service_name, id]
  })
  await page(terminal, table(columns, rows, terminal.screen))
}

/** Which traces are wanted. */
export interface TraceFilter {
  readonly status?: string | undefined
  /** A part of the name of some span. */
  readonly function?: string | undefined
  readonly traceIds?: readonly string[]
}

/** Spans that are read to find traces by a span below the first. */
const MAX_SPANS = 10_000

/** The first span of each trace that fits, newest first; failed if any span of the trace failed. */
async function firstSpans({ ask }: Remote, { status, function: name, traceIds }: TraceFilter, limit: number) {
  const isDeep = name !== undefined || status === 'error'
  const { spans } = await ask<{ spans: SpanNode[] }>('engine::traces::list', {
    ...(status === undefined ? {} : { status }),
    ...(name === undefined ? {} : { name }),
    ...(traceIds === undefined ? {} : { trace_ids: traceIds }),
    ...(isDeep ? { search_all_spans: true } : {}),
    limit: isDeep ? MAX_SPANS : limit,
    sort_by: 'start_time',
    sort_order: 'desc',
  })
  const traces = new Map<string, SpanNode>()
  for (const span of spans) {
    const known = traces.get(span.trace_id)
    const first = known === undefined || span.start_time_unix_nano < known.start_time_unix_nano ? span : known
    const failed = span.status === 'error' || known?.status === 'error'
    traces.set(span.trace_id, failed ? { ...first, status: 'error' } : first)
  }
  return [...traces.values()].slice(0, limit)
}

/** The row of a root span. */
function traceRow(span: SpanNode) {
  const { trace_id, name, service_name, status, start_time_unix_nano: start, end_time_unix_nano: end } = span
  const started = new Date(start / 1e6).toISOString()
  return { trace_id, name, service_name, status, started, duration_ms: Math.max(0, end - start) / 1e6 }
}

async function followTraces(remote: Remote, values: TracesValues, terminal: Terminal): Promise<void> {
  const paint = painter(terminal.screen)
  const config = values.status === undefined ? {} : { status: values.status }
  const seen = new Set<string>()
  await follow(remote, { types: ['trace'], config, terminal }, async (payload) => {
    const ids = ((payload as { readonly trace_ids?: readonly string[] }).trace_ids ?? []).filter((id) => !seen.has(id))
    if (ids.length === 0) return
    const spans = await firstSpans(remote, { ...values, traceIds: ids }, ids.length)
    for (const span of spans.reverse()) {
      if (span.pending === true || seen.has(span.trace_id)) continue
      seen.add(span.trace_id)
      if (seen.size > MAX_SEEN) for (const oldest of seen) if (seen.size > MAX_SEEN) seen.delete(oldest)
      terminal.out(values.json === true ? jsonOf(traceRow(span)) : traceLine(span, paint))
    }
  })
}

/** Traces that are remembered so that each is shown once. */
const MAX_SEEN = 10_000

function traceLine(span: SpanNode, paint: ReturnType<typeof painter>): string {
  const { started, duration_ms: ms } = traceRow(span)
  const status = paint(span.status === 'error' ? 'red' : 'green', span.status.padEnd(5))
  const at = paint('gray', clockTime(new Date(started)))
  return `${at} ${status} ${duration(ms).padStart(8)}  ${clean(span.name)} [${clean(span.service_name)}] ${paint('gray', clean(span.trace_id))}`
}
