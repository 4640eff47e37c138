/**
 * Measures memory, CPU and event-loop delay of the process. A snapshot is taken on request; between two, only the
 * event loop is observed. Values that the platform does not provide are left out.
 */
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks'
import process from 'node:process'
import { invalidArgument } from '../../../errors.js'
import { systemClock, type Clock } from '../../../std/time/clock.js'
import { checkOptions } from '../setting.js'

/** A snapshot. Sizes in bytes, processor times in microseconds. */
export type WorkerMetrics = {
  memory_heap_used?: number
  memory_heap_total?: number
  memory_rss?: number
  /** Size of the address space, `VmSize`; on Linux only. */
  memory_virtual?: number
  memory_external?: number
  cpu_user_micros?: number
  cpu_system_micros?: number
  /** Share of one processor since the last snapshot, 0…100. */
  cpu_percent?: number
  /** Mean delay of the event loop since the last snapshot, in milliseconds. */
  event_loop_lag_ms?: number
  uptime_seconds?: number
  timestamp_ms: number
  runtime: string
}

/** Settings of a `WorkerMetricsCollector`. */
export type WorkerMetricsCollectorOptions = {
  /** Interval at which the event loop is sampled, in milliseconds. Default 20. */
  eventLoopResolutionMs?: number | undefined
}

const DEFAULT_RESOLUTION_MS = 20
const CACHE_MS = 500
const NANOS_PER_MS = 1e6

/** Takes snapshots of this process's memory, processor time and event-loop delay. */
export class WorkerMetricsCollector {
  readonly #clock: Clock
  readonly #startedAt: number
  #histogram: IntervalHistogram | undefined
  #lastCpu = process.cpuUsage()
  #lastAt: number
  #cached: WorkerMetrics | undefined

  /** @throws {RuntimeError} `INVALID_ARGUMENT` for invalid options or an invalid resolution. */
  constructor(options: WorkerMetricsCollectorOptions & { readonly clock?: Clock } = {}) {
    checkOptions('options', options)
    const { eventLoopResolutionMs = DEFAULT_RESOLUTION_MS } = options
    if (typeof eventLoopResolutionMs !== 'number' || Number.isNaN(eventLoopResolutionMs)) {
      throw invalidArgument('options.eventLoopResolutionMs', 'a number of milliseconds', eventLoopResolutionMs)
    }
    this.#clock = options.clock ?? systemClock
    this.#startedAt = this.#clock.now()
    this.#lastAt = this.#startedAt
    const asked = Math.floor(eventLoopResolutionMs)
    this.#histogram = monitorEventLoopDelay({ resolution: asked >= 1 ? asked : DEFAULT_RESOLUTION_MS })
    this.#histogram.enable()
  }

  /** Takes a snapshot and starts the next interval. */
  collect(): WorkerMetrics {
    const memory = process.memoryUsage()
    const virtual = virtualBytes()
    this.#cached = {
      memory_heap_used: memory.heapUsed,
      memory_heap_total: memory.heapTotal,
      memory_rss: memory.rss,
      ...(virtual === undefined ? {} : { memory_virtual: virtual }),
      memory_external: memory.external,
      ...this.#cpu(),
      ...this.#lag(),
      uptime_seconds: Math.floor((this.#clock.now() - this.#startedAt) / 1000),
      timestamp_ms: this.#clock.epochMs(),
      runtime: 'node',
    }
    return this.#cached
  }

  /** The last snapshot if it is less than 500 ms old, else a new one. */
  collectCached(): WorkerMetrics {
    const cached = this.#cached
    return cached !== undefined && this.#clock.now() - this.#lastAt < CACHE_MS ? cached : this.collect()
  }

  /** Stops observing the event loop; further snapshots have no delay. */
  stopMonitoring(): void {
    this.#histogram?.disable()
    this.#histogram = undefined
  }

  #cpu(): Pick<WorkerMetrics, 'cpu_user_micros' | 'cpu_system_micros' | 'cpu_percent'> {
    const now = this.#clock.now()
    const total = process.cpuUsage()
    const usedMicros = total.user - this.#lastCpu.user + total.system - this.#lastCpu.system
    const elapsedMicros = (now - this.#lastAt) * 1000
    this.#lastCpu = total
    this.#lastAt = now
    const percent = elapsedMicros > 0 ? Math.min(100, (usedMicros / elapsedMicros) * 100) : 0
    return { cpu_user_micros: total.user, cpu_system_micros: total.system, cpu_percent: percent }
  }

  #lag(): Pick<WorkerMetrics, 'event_loop_lag_ms'> {
    const histogram = this.#histogram
    if (histogram === undefined) return {}
    const { mean } = histogram
    histogram.reset()
    // Before its first tick the histogram has no mean.
    return { event_loop_lag_ms: Number.isNaN(mean) ? 0 : mean / NANOS_PER_MS }
  }
}

function virtualBytes(): number | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const [, kibibytes] = /^VmSize:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
  } catch {
    return undefined
  }
}
