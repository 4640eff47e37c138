/** Metrics: rates and durations of functions over the last five minutes, and memory, CPU and event loop of workers. */
import type { JSX } from 'preact'
import { connection, engine, now, tick, useQuery, useTitle } from '../engine/engine.js'
import {
  bucketOf,
  bucketsOf,
  MAX_SPANS,
  recent,
  recentError,
  WINDOW_MS,
  type Bucket,
  type RecentSpan,
} from '../engine/recent.js'
import type { MetricRow } from '../engine/rows.js'
import type { WorkerRow } from '../../wire/protocol/list-rows.js'
import { errorRate } from '../engine/flow.js'
import { Empty, PauseButton, Panel, Problem, Search, searched, Top } from '../parts/basics.js'
import { Chart, type Series } from '../parts/charts/chart.js'
import { bytes, duration } from '../parts/format.js'
import { gridOf } from '../parts/list.js'
import { to } from '../parts/router.js'
import { systemClock } from '../../std/time/clock.js'

const PARTS = 60
const MAX_FUNCTIONS = 200
/** Lines of one chart. */
const MAX_LINES = 6

export function MetricsPage(): JSX.Element {
  useTitle('Metrics')
  const wanted = searched()
  const spans = recent.value.filter(
    (span) => span.isExecution && span.startMs >= now.value - WINDOW_MS && idOf(span).toLowerCase().includes(wanted),
  )
  return (
    <>
      <Top title="Metrics">
        <Search label="Function" />
        <span class="dim cut">the last 5 minutes</span>
        <PauseButton />
      </Top>
      <div class="page" tabIndex={0} role="region" aria-label="Metrics">
        {recent.value.length >= MAX_SPANS && (
          <p class="banner">Figures are those of the newest {MAX_SPANS.toLocaleString('en')} spans.</p>
        )}
        {spans.length === 0 ? <NoCalls isSearch={wanted !== ''} /> : <Functions spans={spans} />}
        <WorkerCharts />
      </div>
    </>
  )
}

function idOf({ functionId, name }: RecentSpan): string {
  return functionId ?? name
}

function NoCalls({ isSearch }: { readonly isSearch: boolean }): JSX.Element {
  if (recentError.value !== undefined) return <Problem error={recentError.value} />
  if (isSearch) return <p class="dim">No function that fits the search was called in the last 5 minutes.</p>
  return <p class="dim">No function was called in the last 5 minutes.</p>
}

function Functions({ spans }: { readonly spans: readonly RecentSpan[] }): JSX.Element {
  const endMs = now.value
  const widthMs = WINDOW_MS / PARTS
  const buckets = bucketsOf(spans, endMs, PARTS)
  const times = buckets.map((_, index) => (endMs - (PARTS - 1 - index) * widthMs) / 1_000)
  const rates = (of: 'calls' | 'failed'): number[] => buckets.map((bucket) => bucket[of] / (widthMs / 1_000))
  const durations = (of: 'p50Ms' | 'p95Ms' | 'p99Ms'): (number | null)[] =>
    buckets.map((bucket) => (bucket.calls === 0 ? null : bucket[of]))
  return (
    <>
      <div class="charts">
        <Chart
          title="Calls"
          times={times}
          format={rate}
          series={[
            { label: 'calls', values: rates('calls') },
            { label: 'failed', values: rates('failed'), isBad: true },
          ]}
        />
        <Chart
          title="Duration"
          times={times}
          format={duration}
          series={[
            { label: 'p50', values: durations('p50Ms') },
            { label: 'p95', values: durations('p95Ms') },
            { label: 'p99', values: durations('p99Ms') },
          ]}
        />
      </div>
      <FunctionTable spans={spans} />
    </>
  )
}

function rate(value: number): string {
  if (value === 0) return '0'
  return value < 1 ? `${(value * 60).toFixed(1)}/min` : `${value.toFixed(1)}/s`
}

const COLUMNS = 'minmax(0,1fr) 72px 72px 72px 72px 72px'
const NARROW = 'minmax(0,1fr) 64px 64px'

function FunctionTable({ spans }: { readonly spans: readonly RecentSpan[] }): JSX.Element {
  const groups = new Map<string, RecentSpan[]>()
  for (const span of spans) {
    const own = groups.get(idOf(span))
    if (own === undefined) groups.set(idOf(span), [span])
    else own.push(span)
  }
  const rows = [...groups]
    .map(([id, own]) => ({ id, figures: bucketOf(own) }))
    .sort((a, b) => b.figures.calls - a.figures.calls)
  return (
    <Panel title="Functions">
      <div class="head" style={gridOf(COLUMNS, NARROW)} aria-hidden="true">
        <span>Function</span>
        <span class="num">Calls</span>
        <span class="num wide">Failed</span>
        <span class="num wide">p50</span>
        <span class="num">p95</span>
        <span class="num wide">p99</span>
      </div>
      <div role="list">
        {rows.slice(0, MAX_FUNCTIONS).map(({ id, figures }) => (
          <div role="listitem" key={id}>
            <FunctionLine id={id} figures={figures} />
          </div>
        ))}
      </div>
    </Panel>
  )
}

function FunctionLine({ id, figures }: { readonly id: string; readonly figures: Bucket }): JSX.Element {
  return (
    <a class="line" href={to('functions', id)} style={gridOf(COLUMNS, NARROW)}>
      <span class="cut mono">{id}</span>
      <span class="num">{rate(figures.calls / (WINDOW_MS / 1_000))}</span>
      <span class={figures.failed > 0 ? 'num red wide' : 'num dim wide'}>{errorRate(figures)}</span>
      <span class="num wide">{duration(figures.p50Ms)}</span>
      <span class="num">{duration(figures.p95Ms)}</span>
      <span class="num wide">{duration(figures.p99Ms)}</span>
    </a>
  )
}

const WORKER_METRICS = [
  ['Worker memory', 'iii.worker.memory.rss', bytes],
  ['Worker CPU', 'iii.worker.cpu.percent', (value: number) => `${value.toFixed(0)} %`],
  ['Event-loop delay', 'iii.worker.event_loop.lag_ms', duration],
] as const

function WorkerCharts(): JSX.Element {
  const load = (): Promise<readonly MetricRow[][]> => {
    const start_time = systemClock.epochMs() - WINDOW_MS
    return Promise.all(
      WORKER_METRICS.map(async ([, metric_name]) => [...(await engine.metrics({ metric_name, start_time }))]),
    )
  }
  const { value, error } = useQuery('worker metrics', load, tick)
  const workers = useQuery('workers', engine.workers, connection.changes['engine::workers-available']).value ?? []
  if (error !== undefined) return <Problem error={error} />
  if (value?.every((rows) => rows.length === 0) === true) {
    return (
      <Empty title="No worker has sent metrics in the last 5 minutes">
        <p>Workers send memory, CPU and event-loop delay every minute unless `OTEL_ENABLED` is `false`.</p>
      </Empty>
    )
  }
  return (
    <div class="charts">
      {WORKER_METRICS.map(([title, , format], index) => (
        <Chart
          key={title}
          title={title}
          format={format}
          isBinary={format === bytes}
          {...linesOf(value?.[index] ?? [], workers)}
        />
      ))}
    </div>
  )
}

/** One line for each worker, on the times of all their points. */
function linesOf(rows: readonly MetricRow[], workers: readonly WorkerRow[]): { times: number[]; series: Series[] } {
  const byWorker = new Map<string, Map<number, number>>()
  for (const { service_name, data_points } of rows) {
    for (const { attributes, timestamp_unix_nano, value } of data_points) {
      if (value === undefined) continue
      const id = attributes.find(([key]) => key === 'worker.id')?.[1]
      const label = workers.find((worker) => worker.id === id)?.name ?? service_name
      const points = byWorker.get(label) ?? new Map<number, number>()
      byWorker.set(label, points.set(Math.round(timestamp_unix_nano / 1e9), value))
    }
  }
  const shown = [...byWorker].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, MAX_LINES)
  const times = [...new Set(shown.flatMap(([, points]) => [...points.keys()]))].sort((a, b) => a - b)
  return {
    times,
    series: shown.map(([label, points]) => ({ label, values: times.map((at) => points.get(at) ?? null) })),
  }
}
