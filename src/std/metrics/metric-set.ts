/**
 * A set of metrics in the text forms of Prometheus and OpenMetrics, read when they are scraped. Loaded when something
 * measures. Knows no worker, no engine and no HTTP.
 */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import process from 'node:process'
import { Counter, Gauge, Registry, type OpenMetricsContentType } from 'prom-client'

const NANOSECONDS = 1e9

export type AnyRegistry = Registry | Registry<OpenMetricsContentType>

/** The text of a scrape and its content type. */
export interface Scrape {
  readonly contentType: string
  readonly text: string
}

/** Reads a metric: one value, or one for each value of the label `what`. */
export type ReadMetric = () => number | Readonly<Record<string, number>>

export class MetricSet {
  readonly prometheus = new Registry()
  // Counters are named differently in the two forms, so each registry has its own; all else is shared.
  readonly openMetrics = new Registry<OpenMetricsContentType>()
  readonly #loopDelay = monitorEventLoopDelay()

  constructor() {
    this.openMetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
    this.#loopDelay.enable()
    this.#addProcess()
  }

  get registries(): AnyRegistry[] {
    return [this.prometheus, this.openMetrics]
  }

  /** Reads every metric. @param accepts the `Accept` header; Prometheus' own form without one for OpenMetrics. */
  async scrape(accepts = ''): Promise<Scrape> {
    const registry: AnyRegistry = accepts.includes('application/openmetrics-text') ? this.openMetrics : this.prometheus
    return { contentType: registry.contentType, text: await registry.metrics() }
  }

  /** Stops measuring the event loop. */
  close(): void {
    this.#loopDelay.disable()
  }

  gauge(name: string, help: string, read: ReadMetric): void {
    new Gauge({
      name,
      help,
      labelNames: labelsOf(read),
      registers: this.registries,
      collect() {
        for (const [labels, value] of valuesOf(read)) this.set(labels, value)
      },
    })
  }

  counter(name: string, help: string, read: ReadMetric): void {
    for (const registry of this.registries) {
      new Counter({
        name,
        help,
        labelNames: labelsOf(read),
        registers: [registry],
        collect() {
          this.reset()
          for (const [labels, value] of valuesOf(read)) this.inc(labels, value)
        },
      })
    }
  }

  #addProcess(): void {
    const delay = this.#loopDelay
    for (const percentile of [50, 90, 99]) {
      const help = `Percentile ${String(percentile)} of the event-loop delay since the start, in seconds.`
      this.gauge(`nodejs_eventloop_lag_p${String(percentile)}_seconds`, help, () => {
        return delay.percentile(percentile) / NANOSECONDS
      })
    }
    this.gauge('process_resident_memory_bytes', 'Resident memory of the process.', () => process.memoryUsage.rss())
    this.gauge('nodejs_heap_size_used_bytes', 'Used heap of the process.', () => process.memoryUsage().heapUsed)
    this.gauge('process_start_time_seconds', 'Start of the process since the epoch.', () => {
      return performance.timeOrigin / 1_000
    })
    this.counter('process_cpu_seconds_total', 'Processor time of the process, in seconds.', () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    })
  }
}

function labelsOf(read: ReadMetric): 'what'[] {
  return typeof read() === 'number' ? [] : ['what']
}

function valuesOf(read: ReadMetric): [labels: { what?: string }, value: number][] {
  const values = read()
  if (typeof values === 'number') return [[{}, values]]
  return Object.entries(values).map(([what, value]) => [{ what }, value])
}
