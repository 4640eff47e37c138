/** One trace as a document: its waterfall, and the selected span beneath. Another trace needs another component. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { connection, engine, useQuery, useTraceChanges } from '../../engine/engine.js'
import type { LogRow, SpanNode } from '../../../wire/protocol/list-rows.js'
import { durationMs, flatten, isExecution, originOf, startMs } from '../../engine/span-facts.js'
import { Ago, Duration, Empty, Problem, Status } from '../basics.js'
import { address, setQuery } from '../router.js'
import { SpanDetail } from './span-detail.js'
import { Waterfall } from './waterfall.js'

export interface TraceViewProps {
  readonly traceId: string
  /** Whether the selected span is part of the address. */
  readonly isPage?: boolean
}

export function TraceView({ traceId, isPage = false }: TraceViewProps): JSX.Element {
  const trace = useQuery(`trace ${traceId}`, () => engine.trace(traceId), useTraceChanges(traceId))
  const loadLogs = (): Promise<readonly LogRow[]> => engine.logs({ trace_id: traceId, limit: 500 })
  const logs = useQuery(`logs ${traceId}`, loadLogs, connection.changes.log).value ?? []
  const picked = useSignal<string | undefined>(undefined)
  const problem = trace.error === undefined ? null : <Problem error={trace.error} />
  if (trace.value === undefined) return problem ?? <p class="dim">Loading…</p>
  const placed = flatten(trace.value)
  if (placed.length === 0) return <NoSpans />
  const wanted = isPage ? (address.value.query.get('span') ?? undefined) : picked.value
  const span = shownSpan(
    placed.map((one) => one.span),
    wanted,
  )
  const select = (id: string): void => {
    if (isPage) setQuery('span', id)
    else picked.value = id
  }
  return (
    <>
      {problem}
      {isPage && <TraceHead roots={trace.value} />}
      <div class="panel">
        <Waterfall roots={trace.value} logs={logs} selected={span?.span_id} onSelect={select} />
      </div>
      {span !== undefined && <SpanDetail key={span.span_id} span={span} logs={[...logs].reverse()} />}
    </>
  )
}

/** The wanted span; else where a failure began, or the first function that ran. */
function shownSpan(spans: readonly SpanNode[], wanted: string | undefined): SpanNode | undefined {
  return (
    spans.find((span) => span.span_id === wanted) ??
    originOf(flatten(spans.slice(0, 1))) ??
    spans.find((span) => span.status === 'error') ??
    spans.find(isExecution) ??
    spans[0]
  )
}

/** What started the trace, how it ended, and where it ran. */
function TraceHead({ roots }: { readonly roots: readonly SpanNode[] }): JSX.Element | null {
  const [root] = roots
  if (root === undefined) return null
  const services = [...new Set(flatten(roots).map(({ span }) => span.service_name))]
  return (
    <div class="row flow">
      <Status status={root.pending === true ? 'pending' : root.status} />
      <strong class="mono wrap">{root.name}</strong>
      <span class="dim">
        <Duration ms={durationMs(root)} /> · <Ago ms={startMs(root)} /> · {services.join(', ')}
      </span>
    </div>
  )
}

function NoSpans(): JSX.Element {
  return (
    <Empty title="No spans of this trace have arrived">
      <p>Workers send spans every few seconds. A worker without telemetry sends none, and old traces are dropped.</p>
    </Empty>
  )
}
