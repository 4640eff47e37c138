/** Overview: how it goes, what failed lately, what ran lately, and who is connected. */
import { useSignalEffect, useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { connection, engine, now, tick, useQuery, useTitle } from '../engine/engine.js'
import { bucketOf, bucketsOf, failures, recent, recentError, WINDOW_MS, type RecentSpan } from '../engine/recent.js'
import type { SpanRow, WorkerRow } from '../../wire/protocol/list-rows.js'
import { isFailed } from '../engine/span-facts.js'
import { Ago, Empty, Panel, Problem, SpanTimes, Status, Top } from '../parts/basics.js'
import { duration, plural } from '../parts/format.js'
import { gridOf } from '../parts/list.js'
import { to } from '../parts/router.js'
import { Sparkline } from '../parts/charts/sparkline.js'

const PARTS = 30
const MAX_ROWS = 8

export function OverviewPage(): JSX.Element {
  useTitle('Overview')
  const { changes } = connection
  const traces = useQuery('recent traces', () => engine.spans({ limit: 12 }), changes.trace)
  const workers = useQuery('workers', engine.workers, changes['engine::workers-available'])
  const connected = (workers.value ?? []).filter(({ runtime }) => runtime !== 'engine')
  const isEmpty = traces.value?.length === 0 && workers.error === undefined && connected.length === 0
  return (
    <>
      <Top title="Overview">
        <span class="dim cut">the last 5 minutes</span>
      </Top>
      <div class="page" tabIndex={0} role="region" aria-label="Overview">
        <Figures workers={connected} />
        {isEmpty ? (
          <FirstSteps />
        ) : (
          <div class="columns">
            <div class="stack">
              <Failures />
              <Traces spans={traces.value ?? []} error={traces.error} />
            </div>
            <Workers rows={connected} error={workers.error} />
          </div>
        )}
      </div>
    </>
  )
}

function Figures({ workers }: { readonly workers: readonly WorkerRow[] }): JSX.Element {
  const lags = useLags(workers)
  const spans = recent.value.filter((span) => span.isExecution && span.startMs >= now.value - WINDOW_MS)
  const buckets = bucketsOf(spans, now.value, PARTS)
  const { failed, p95Ms } = bucketOf(spans)
  const lag = lags.at(-1)
  const rate = spans.length / (WINDOW_MS / 1_000)
  const isKnown = recentError.value === undefined
  return (
    <div class="sparks">
      <Sparkline
        label="Calls per second"
        value={isKnown ? rate.toFixed(rate < 1 ? 2 : 1) : '–'}
        points={buckets.map(({ calls }) => calls)}
      />
      <Sparkline
        label="Failed calls"
        value={isKnown ? String(failed) : '–'}
        points={buckets.map((bucket) => bucket.failed)}
        isBad={failed > 0}
      />
      <Sparkline
        label="p95 duration"
        value={spans.length === 0 ? '–' : duration(p95Ms)}
        points={buckets.map((bucket) => bucket.p95Ms)}
      />
      <Sparkline label="Event-loop delay" value={lag === undefined ? '–' : duration(lag)} points={lags} />
    </div>
  )
}

/** The largest event-loop delay of all workers, as long as the page is open. */
function useLags(workers: readonly WorkerRow[]): readonly number[] {
  const lags = useSignal<readonly number[]>([])
  const names = useSignal<readonly WorkerRow[]>([])
  names.value = workers
  useSignalEffect(() => {
    if (tick.value % 3 !== 1 && lags.peek().length > 0) return
    const loading = names
      .peek()
      .slice(0, 20)
      .map(({ name, namespace }) => engine.worker(name ?? '', namespace))
    void Promise.allSettled(loading).then((results) => {
      const values = results.flatMap((result) =>
        result.status === 'fulfilled' ? (result.value.worker.latest_metrics?.['event_loop_lag_ms'] ?? []) : [],
      )
      if (values.length > 0) lags.value = [...lags.peek(), Math.max(...values)].slice(-PARTS)
    })
  })
  return lags.value
}

const FAILURE_COLUMNS = '8px minmax(0,1fr) minmax(0,1.6fr) 72px'

function Failures(): JSX.Element {
  const rows = failures.value
  const title = rows.length === 0 ? 'Recent failures' : `${plural(rows.length, 'request')} failed in the last 5 minutes`
  return (
    <Panel title={title} actions={<a href="/traces?status=error">All</a>}>
      <NoRows count={rows.length} error={recentError.value} text="Nothing failed in the last 5 minutes." />
      <div role="list">
        {rows.slice(0, MAX_ROWS).map((row) => (
          <FailureRow key={row.id} row={row} />
        ))}
      </div>
    </Panel>
  )
}

interface NoRowsProps {
  readonly count: number
  readonly error: string | undefined
  readonly text: string
}

/** Says that there are no rows, or why they are not known. */
function NoRows({ count, error, text }: NoRowsProps): JSX.Element | null {
  if (error !== undefined) return <Problem error={error} />
  return count === 0 ? <p class="line dim">{text}</p> : null
}

function FailureRow({ row }: { readonly row: RecentSpan }): JSX.Element {
  return (
    <div role="listitem">
      <a
        class="line"
        href={`${to('traces', row.traceId)}?span=${row.id}`}
        style={gridOf(FAILURE_COLUMNS, '8px minmax(0,1fr) minmax(0,1.2fr)')}
      >
        <Status status="error" />
        <span class="cut mono">{row.functionId ?? row.name}</span>
        <span class="cut red">{row.failure}</span>
        <span class="num dim wide">
          <Ago ms={row.startMs} />
        </span>
      </a>
    </div>
  )
}

interface Loaded {
  readonly error: string | undefined
}

function Traces({ spans, error }: Loaded & { readonly spans: readonly SpanRow[] }): JSX.Element {
  return (
    <Panel title="Recent traces" actions={<a href="/traces">All</a>}>
      <NoRows count={spans.length} error={error} text="No traces yet." />
      <div role="list">
        {spans.map((span) => (
          <div role="listitem" key={span.span_id}>
            <a
              class="line"
              href={to('traces', span.trace_id)}
              style={gridOf('8px minmax(0,1fr) minmax(0,120px) 72px 72px', '8px minmax(0,1fr) 72px')}
            >
              <Status status={isFailed(span) ? 'error' : span.status} />
              <span class="cut mono">{span.name.replace(/^execute /, '')}</span>
              <span class="cut dim wide">{span.service_name}</span>
              <SpanTimes span={span} />
            </a>
          </div>
        ))}
      </div>
    </Panel>
  )
}

function Workers({ rows, error }: Loaded & { readonly rows: readonly WorkerRow[] }): JSX.Element {
  return (
    <Panel title="Workers" actions={<a href="/workers">All</a>}>
      <NoRows count={rows.length} error={error} text="No workers are connected." />
      <div role="list">
        {rows.slice(0, 20).map((row) => (
          <div role="listitem" key={row.id}>
            <a
              class="line"
              href={to('workers', row.namespace, row.name ?? row.id)}
              style={gridOf('8px minmax(0,1fr) max-content')}
            >
              <Status status={row.status === 'connected' ? 'ok' : 'unset'} />
              <span class="cut mono">{row.name ?? row.id}</span>
              <span class="dim">{plural(row.function_count, 'function')}</span>
            </a>
          </div>
        ))}
      </div>
    </Panel>
  )
}

function FirstSteps(): JSX.Element {
  return (
    <Empty title="No workers are connected">
      <p>Start one. Its functions appear here as soon as it connects.</p>
      <pre class="code">npx iii-node dev worker.ts</pre>
      <p>Call a function, or send a request to a route:</p>
      <pre class="code">{'npx iii-node call orders::create \'{"sku":"tea"}\''}</pre>
      <pre class="code">curl -X POST http://127.0.0.1:3111/orders</pre>
    </Empty>
  )
}
