import { expect, test } from 'vitest'
import { createObservabilityBuiltin } from '../../../../../../src/engine/builtins/observability/observability-builtin.js'
import { parseObservabilityConfig } from '../../../../../../src/engine/builtins/observability/observability-config.js'
import { callBuiltin } from '../../../../../kit/builtin-rig.js'
import { FakeHost } from '../../../../../kit/fake-host.js'
import { attribute, gauge, metricFrame } from '../../../../../kit/telemetry-frames.js'

function metrics(settings: object = {}) {
  const host = new FakeHost()
  const builtin = createObservabilityBuiltin(host, parseObservabilityConfig(settings))
  return {
    host,
    builtin,
    take: (list: readonly object[], workerId?: string) => builtin.takeTelemetry?.(metricFrame(list as never), workerId),
    list: (query: object = {}) => callBuiltin(builtin, 'engine::metrics::list', query),
    rollups: (query: object = {}) => callBuiltin(builtin, 'engine::rollups::list', query),
  }
}

const at = (ms: number) => ({ timeUnixNano: ms * 1e6 })

test('metrics are listed as received, beside the engine’s own counters', async () => {
  const { host, take, list } = metrics()
  take([gauge('m', 5, { attributes: [attribute('worker.id', 'w1')] })])
  expect(await list()).toEqual({
    engine_metrics: {
      invocations: { total: 0, success: 0, error: 0, deferred: 0, by_function: {} },
      workers: { spawns: 0, deaths: 0, active: 0 },
      performance: {
        avg_duration_ms: 0,
        p50_duration_ms: 0,
        p95_duration_ms: 0,
        p99_duration_ms: 0,
        min_duration_ms: 0,
        max_duration_ms: 0,
      },
    },
    sdk_metrics: [
      {
        name: 'm',
        description: '',
        unit: '1',
        metric_type: 'gauge',
        service_name: 'orders',
        timestamp_unix_nano: 1e6,
        instrumentation_scope_name: 'test',
        instrumentation_scope_version: '1',
        data_points: [{ attributes: [['worker.id', 'w1']], timestamp_unix_nano: 1e6, value: 5 }],
      },
    ],
    timestamp: host.clock.epochMs(),
  })
})

test('filters narrow the points, and an interval aggregates them', async () => {
  const { take, list } = metrics()
  take([gauge('m', 1, at(1_000)), gauge('m', 4, at(2_500)), gauge('m', 6, at(2_900)), gauge('n', 9, at(2_000))])
  expect(await list({ metric_name: 'm', start_time: 2_000, aggregate_interval: 2 })).toMatchObject({
    sdk_metrics: [{ data_points: [{ value: 4 }] }, { data_points: [{ value: 6 }] }],
    aggregated_metrics: [
      {
        metric_name: 'm',
        metric_type: 'gauge',
        start_time: 2_000,
        end_time: 4_000,
        count: 2,
        sum: 10,
        min: 4,
        max: 6,
        avg: 5,
        last: 6,
      },
    ],
    query: { metric_name: 'm', start_time: 2_000, end_time: null, aggregate_interval: 2 },
  })
  const unaggregated = await list({ end_time: 500 })
  expect(unaggregated).toMatchObject({ sdk_metrics: [], query: { end_time: 500, aggregate_interval: null } })
  expect(unaggregated).not.toHaveProperty('aggregated_metrics')
})

test('rollups have a level, and the newest distribution of an interval', async () => {
  const { host, take, rollups } = metrics()
  const point = { count: 3, sum: 6, bucketCounts: [1, 2], explicitBounds: [1] }
  const dataPoints = [
    { ...point, ...at(1_000) },
    { ...point, ...at(2_000), count: 5 },
  ]
  take([gauge('m', 1, at(1_000)), gauge('m', 3, at(61_000)), { name: 'h', histogram: { dataPoints } }])
  expect(await rollups()).toEqual({
    rollups: [
      expect.objectContaining({ metric_name: 'm', start_time: 0, end_time: 60_000, count: 1, last: 1 }),
      expect.objectContaining({ metric_name: 'm', start_time: 60_000, end_time: 120_000, last: 3 }),
    ],
    histogram_rollups: [
      {
        metric_name: 'h',
        metric_type: 'histogram',
        start_time: 0,
        end_time: 60_000,
        count: 5,
        sum: 6,
        bucket_counts: [1, 2],
        explicit_bounds: [1],
      },
    ],
    level: 0,
    query: { start_time: null, end_time: null, metric_name: null },
    timestamp: host.clock.epochMs(),
  })
  expect(await rollups({ level: 1, metric_name: 'm' })).toMatchObject({ rollups: [{ count: 2 }], level: 1 })
  await expect(rollups({ level: 3 })).rejects.toMatchObject({ code: 'deserialization_error' })
})

test('metrics are removed by number and by age, and none are kept where they are off', async () => {
  const { host, take, list } = metrics({ metrics_max_count: 2, metrics_retention_seconds: 10 })
  take([gauge('a', 1), gauge('b', 1), gauge('c', 1)])
  expect(await list()).toMatchObject({ sdk_metrics: [{ name: 'b' }, { name: 'c' }] })
  await host.clock.advance(10_001)
  expect(await list()).toMatchObject({ sdk_metrics: [] })
  const off = metrics({ metrics_enabled: false })
  off.take([gauge('a', 1)])
  expect(await off.list()).toMatchObject({ sdk_metrics: [] })
})

test('the latest gauges of a worker are those that name it, or that it sent, for two minutes', async () => {
  const { host, builtin, take } = metrics()
  const named = { ...at(5_000), attributes: [attribute('worker.id', 'w1')] }
  take([gauge('iii.worker.memory.rss', 1, named), gauge('iii.worker.memory.rss', 2, named)], 'w2')
  take([gauge('iii.worker.event_loop.lag_ms', 0.5, at(6_000)), gauge('other', 9)], 'w1')
  expect(builtin.metricsOf?.('w1')).toEqual({
    memory_rss: 2,
    event_loop_lag_ms: 0.5,
    timestamp_ms: 6_000,
    runtime: 'node',
  })
  expect(builtin.metricsOf?.('w2')).toBeUndefined()
  await host.clock.advance(120_001)
  expect(builtin.metricsOf?.('w1')).toBeUndefined()
})
