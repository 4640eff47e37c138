/**
 * The functions `engine::metrics::list` and `engine::rollups::list`.
 */
import type { BuiltinFunction, EngineHost } from '../../builtin.js'
import { engineMetrics, type InvocationMeter } from './invocation-meter.js'
import { time } from '../traces/trace-query.js'
import { queryRow } from '../logs/log-query.js'
import { rollUp, rollUpHistograms, selectMetrics } from './metric-rollups.js'
import type { Metrics } from './metrics.js'
import { builtinFunction } from '../../../declare/function.js'
import {
  omittable,
  accepting,
  any,
  described,
  integer,
  list,
  named,
  object,
  optional,
  string,
  wholeNumber,
} from '../../../declare/schema.js'

const range = {
  start_time: time,
  end_time: time,
  metric_name: optional(string()),
}

// An interval of 0 is refused here: it would have no end.
const interval = accepting(optional(wholeNumber(1)), optional(integer('uint64', 'Seconds, at least 1')))
const metricQuery = object({ ...range, aggregate_interval: interval })

const metricReport = object({
  engine_metrics: engineMetrics,
  sdk_metrics: list(any()),
  // The distributed engine publishes it as required, and leaves it out without an interval.
  aggregated_metrics: accepting(omittable(list(any())), list(any('One row for each metric and interval'))),
  query: optional(described(named('MetricsListQuery', metricQuery), 'The query, if it has members')),
  timestamp: integer('int64', 'Milliseconds since 1970'),
})

/** Length of an interval by level: 1, 5 or 60 minutes. */
const LEVELS_MS = [60_000, 300_000, 3_600_000] as const

const levelNumber = integer('uint', '1 minute (0), 5 minutes (1) or 1 hour (2)')
const rollupQuery = object({
  ...range,
  level: accepting(optional(wholeNumber(0, LEVELS_MS.length - 1)), optional(levelNumber)),
})

const rollupReport = object({
  rollups: list(any()),
  histogram_rollups: list(any()),
  level: optional(integer('uint')),
  query: optional(
    described(named('RollupsListQuery', object(range)), 'The query; null for members that were not given'),
  ),
  timestamp: integer('int64', 'Milliseconds since 1970'),
  source: optional(string()),
  message: optional(string()),
})

export function metricFunctions(host: EngineHost, metrics: Metrics, meter: InvocationMeter): BuiltinFunction[] {
  return [metricsList(host, metrics, meter), rollupsList(host, metrics)]
}

function metricsList(host: EngineHost, metrics: Metrics, meter: InvocationMeter): BuiltinFunction {
  return builtinFunction({
    id: 'engine::metrics::list',
    description: 'Returns the counters of the engine and the metrics of workers; `aggregate_interval` is in seconds',
    input: metricQuery,
    output: metricReport,
    call: (query) => {
      const asked = queryRow(query)
      const { start_time: startMs, end_time: endMs, metric_name: metricName, aggregate_interval: seconds } = query
      const selected = { startMs, endMs, metricName }
      const all = metrics.all()
      const aggregated = seconds === undefined ? undefined : rollUp(all, { ...selected, intervalMs: seconds * 1000 })
      const isFiltered = Object.values(asked).some((value) => value !== null)
      return {
        engine_metrics: meter.report(),
        sdk_metrics: selectMetrics(all, selected),
        ...(aggregated === undefined ? {} : { aggregated_metrics: aggregated }),
        ...(isFiltered ? { query: asked } : {}),
        timestamp: host.clock.epochMs(),
      }
    },
  })
}

function rollupsList(host: EngineHost, metrics: Metrics): BuiltinFunction {
  return builtinFunction({
    id: 'engine::rollups::list',
    description: 'Returns metrics over intervals of 1 minute (level 0), 5 minutes (1) or 1 hour (2)',
    input: rollupQuery,
    output: rollupReport,
    call: (query) => {
      const { level = 0, ...given } = query
      const { start_time: startMs, end_time: endMs, metric_name: metricName } = given
      const intervalMs = LEVELS_MS[level] ?? LEVELS_MS[0]
      const selected = { startMs, endMs, metricName, intervalMs }
      const all = metrics.all()
      return {
        rollups: rollUp(all, selected),
        histogram_rollups: rollUpHistograms(all, selected),
        level,
        query: queryRow(given),
        timestamp: host.clock.epochMs(),
      }
    },
  })
}
