/**
 * Stores the metrics of all workers, and the latest gauges of each worker. The oldest metrics are dropped when a limit
 * is exceeded.
 */
import type { EngineHost } from '../../builtin.js'
import type { ProcessData } from '../../../registry/worker-identity.js'
import type { MetricRow } from './metric-row.js'
import { isNumberPoint } from './metric-row.js'
import { nanosToMs } from '../otlp-value.js'
import type { ObservabilityConfig } from '../observability-config.js'
import { Retained, type RetentionCaps } from '../retained.js'

/** Maximum characters of all metrics together. */
const MAX_WEIGHT = 32 * 1024 * 1024
/** Maximum age of the latest gauges of a worker. */
const LATEST_MS = 120_000

type MetricsConfig = ObservabilityConfig['metrics']

interface StoredMetric {
  readonly row: MetricRow
  /** The worker that sent it, if known. */
  readonly workerId: string | undefined
  /** Time of arrival, in milliseconds of the monotonic clock. */
  readonly at: number
}

export class Metrics {
  readonly #host: EngineHost
  #config: MetricsConfig
  readonly #kept: Retained<StoredMetric>

  constructor(host: EngineHost, config: MetricsConfig) {
    this.#host = host
    this.#config = config
    this.#kept = new Retained(capsOf(config))
  }

  reconfigure(config: MetricsConfig): void {
    this.#config = config
    this.#kept.limit(capsOf(config), this.#host.clock.now())
  }

  get size(): number {
    return this.#kept.size
  }

  /** Metrics dropped for newer ones. */
  get dropped(): number {
    return this.#kept.dropped
  }

  add(row: MetricRow, workerId: string | undefined): void {
    if (!this.#config.enabled) return
    const at = this.#host.clock.now()
    this.#kept.add({ row, workerId, at }, at)
  }

  /** All metrics, in order of arrival. */
  all(): MetricRow[] {
    return this.#stored().map(({ row }) => row)
  }

  /**
   * The latest process data of a worker, by the member names of worker lists; `undefined` without recent data. A point
   * belongs to the worker it names, or to the one that sent it.
   */
  latestOf(workerId: string): ProcessData | undefined {
    const since = this.#host.clock.now() - LATEST_MS
    const latest: Partial<Record<Gauge, number>> = {}
    let timestampMs = 0
    for (const { row, workerId: sender, at } of this.#stored()) {
      const member = GAUGES.get(row.name)
      if (at < since || member === undefined) continue
      for (const point of row.data_points) {
        const owner = point.attributes.find(([key]) => key === 'worker.id')?.[1] ?? sender
        if (owner !== workerId || !isNumberPoint(point)) continue
        latest[member] = point.value
        timestampMs = Math.max(timestampMs, Math.floor(nanosToMs(point.timestamp_unix_nano)))
      }
    }
    // The distributed engine reports the runtime of every worker as `node` here.
    return timestampMs === 0 ? undefined : { ...latest, timestamp_ms: timestampMs, runtime: 'node' }
  }

  #stored(): StoredMetric[] {
    this.#kept.expire(this.#host.clock.now())
    return this.#kept.items()
  }
}

function capsOf({ maxItems, retentionMs: maxAgeMs }: MetricsConfig): RetentionCaps {
  return { maxItems, maxWeight: MAX_WEIGHT, maxAgeMs }
}

type Gauge = Exclude<keyof ProcessData, 'timestamp_ms' | 'runtime'>

/** Gauges of worker processes, and the members they provide. */
const GAUGES: ReadonlyMap<string, Gauge> = new Map([
  ['iii.worker.memory.heap_used', 'memory_heap_used'],
  ['iii.worker.memory.heap_total', 'memory_heap_total'],
  ['iii.worker.memory.rss', 'memory_rss'],
  ['iii.worker.memory.external', 'memory_external'],
  ['iii.worker.cpu.percent', 'cpu_percent'],
  ['iii.worker.cpu.user_micros', 'cpu_user_micros'],
  ['iii.worker.cpu.system_micros', 'cpu_system_micros'],
  ['iii.worker.event_loop.lag_ms', 'event_loop_lag_ms'],
  ['iii.worker.uptime_seconds', 'uptime_seconds'],
])
