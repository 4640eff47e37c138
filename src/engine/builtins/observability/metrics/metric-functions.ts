/**
 * The functions `engine::metrics::list` and `engine::rollups::list`.
 */
import type { BuiltinFunction, EngineHost } from '../../builtin.js'
import { integer, optional, string } from '../../../config/builtin-fields.js'
import { builtinFunction } from '../../../config/builtin-input.js'
import type { InvocationMeter } from './invocation-meter.js'
import { queryRow } from '../logs/log-query.js'
import { rollUp, rollUpHistograms, selectMetrics } from './metric-rollups.js'
import type { Metrics } from './metrics.js'
import { finite } from '../traces/trace-query.js'

const metricQuery = {
  start_time: optional(finite),
  end_time: optional(finite),
  metric_name: optional(string),
  aggregate_interval: optional(integer(1)),
}

/** Length of an interval by level: 1, 5 or 60 minutes. */
const LEVELS_MS = [60_000, 300_000, 3_600_000] as const

const rollupQuery = {
  start_time: optional(finite),
  end_time: optional(finite),
  metric_name: optional(string),
  level: optional(integer(0, LEVELS_MS.length - 1)),
}

export function metricFunctions(host: EngineHost, metrics: Metrics, meter: InvocationMeter): BuiltinFunction[] {
  return [metricsList(host, metrics, meter), rollupsList(host, metrics)]
}

function metricsList(host: EngineHost, metrics: Metrics, meter: InvocationMeter): BuiltinFunction {
  return builtinFunction({
    id: 'engine::metrics::list',
    description: 'Returns the counters of the engine and the metrics of workers; `aggregate_interval` is in seconds',
    input: metricQuery,
    call: (query) => {
      const asked = queryRow(query, Object.keys(metricQuery))
      const { start_time: startMs, end_time: endMs, metric_name: metricName, aggregate_interval: interval } = query
      const range = { startMs, endMs, metricName }
      const all = metrics.all()
      const aggregated = interval === undefined ? undefined : rollUp(all, { ...range, intervalMs: interval * 1000 })
      const isFiltered = Object.values(asked).some((value) => value !== null)
      return {
        engine_metrics: meter.report(),
        sdk_metrics: selectMetrics(all, range),
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
    call: (query) => {
      const { start_time: startMs, end_time: endMs, metric_name: metricName, level = 0 } = query
      const intervalMs = LEVELS_MS[level] ?? LEVELS_MS[0]
      const range = { startMs, endMs, metricName, intervalMs }
      const all = metrics.all()
      return {
        rollups: rollUp(all, range),
        histogram_rollups: rollUpHistograms(all, range),
        level,
        query: queryRow(query, ['start_time', 'end_time', 'metric_name']),
        timestamp: host.clock.epochMs(),
      }
    },
  })
}
