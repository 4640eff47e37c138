/** Aggregates the points of a metric per interval. Computed on request from stored points. */
import { isNumberPoint, type HistogramPoint, type MetricRow, type NumberPoint } from './metric-row.js'
import { nanosToMs } from '../otlp-value.js'
import { isWithin } from '../traces/trace-query.js'

/** The points that count, and the length of an interval. Times are milliseconds since 1970. */
export interface RollupQuery {
  readonly startMs?: number | undefined
  readonly endMs?: number | undefined
  readonly metricName?: string | undefined
  readonly intervalMs: number
}

interface Interval {
  readonly metric_name: string
  readonly metric_type: MetricRow['metric_type']
  readonly start_time: number
  readonly end_time: number
}

export interface Rollup extends Interval {
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
  readonly avg: number
  readonly last: number
}

/** The newest distribution of an interval: points are totals since the worker started. */
export interface HistogramRollup extends Interval, Omit<HistogramPoint, 'timestamp_unix_nano' | 'attributes'> {}

/** Matching metrics, each with its matching points; metrics without points are left out. */
export function selectMetrics(
  metrics: readonly MetricRow[],
  { startMs, endMs, metricName }: Omit<RollupQuery, 'intervalMs'>,
): MetricRow[] {
  const named = metricName === undefined ? metrics : metrics.filter(({ name }) => name === metricName)
  return named.flatMap((metric) => {
    const data_points = metric.data_points.filter((point) =>
      isWithin(nanosToMs(point.timestamp_unix_nano), startMs, endMs),
    )
    return data_points.length === 0 ? [] : [{ ...metric, data_points }]
  })
}

/** Rollups of metrics with one value, in order of time. */
export function rollUp(metrics: readonly MetricRow[], query: RollupQuery): Rollup[] {
  return inIntervals(metrics, query, isNumberPoint).map(({ interval, points }) => {
    const values = points.map(({ value }) => value)
    const sum = values.reduce((total, value) => total + value, 0)
    const min = values.reduce((least, value) => Math.min(least, value), Infinity)
    const max = values.reduce((most, value) => Math.max(most, value), -Infinity)
    return { ...interval, count: values.length, sum, min, max, avg: sum / values.length, last: values.at(-1) ?? sum }
  })
}

/** Rollups of distributions, in order of time. */
export function rollUpHistograms(metrics: readonly MetricRow[], query: RollupQuery): HistogramRollup[] {
  const isHistogram = (point: NumberPoint | HistogramPoint): point is HistogramPoint => !isNumberPoint(point)
  return inIntervals(metrics, query, isHistogram).flatMap(({ interval, points }) => {
    const newest = points.at(-1)
    if (newest === undefined) return []
    const { timestamp_unix_nano: _at, attributes: _of, ...distribution } = newest
    return [{ ...interval, ...distribution }]
  })
}

interface Filled<P> {
  readonly interval: Interval
  readonly points: P[]
}

/** Points of one kind, grouped by metric and interval, in order of time within each interval. */
function inIntervals<P extends MetricRow['data_points'][number]>(
  metrics: readonly MetricRow[],
  query: RollupQuery,
  isWanted: (point: MetricRow['data_points'][number]) => point is P,
): Filled<P>[] {
  const { intervalMs } = query
  const filled = new Map<string, Filled<P>>()
  for (const { name, metric_type, data_points } of selectMetrics(metrics, query)) {
    for (const point of data_points.filter(isWanted)) {
      const start = Math.floor(nanosToMs(point.timestamp_unix_nano) / intervalMs) * intervalMs
      const key = `${String(start)} ${metric_type} ${name}`
      const present = filled.get(key)
      if (present !== undefined) present.points.push(point)
      else {
        const interval = { metric_name: name, metric_type, start_time: start, end_time: start + intervalMs }
        filled.set(key, { interval, points: [point] })
      }
    }
  }
  const all = [...filled.values()].sort((a, b) => a.interval.start_time - b.interval.start_time)
  for (const { points } of all) points.sort((a, b) => a.timestamp_unix_nano - b.timestamp_unix_nano)
  return all
}
