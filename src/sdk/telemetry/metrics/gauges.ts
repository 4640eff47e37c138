/**
 * The nine gauges that show the health of a worker in the engine. Each meter reports them once, however often they are
 * registered; the snapshot behind them is taken when metrics are exported.
 */
import type { BatchObservableCallback, Meter, Observable } from '@opentelemetry/api'
import { checkKind, checkName, checkOptions, checkText } from '../setting.js'
import { WorkerMetricsCollector, type WorkerMetrics } from './worker-metrics.js'
import { keysOf } from '../../../std/text/unknown-options.js'

/** The worker that the gauges describe. */
export type WorkerGaugesOptions = { workerId: string; workerName?: string | undefined }

/**
 * Stops reporting. With an exporter of the program this takes effect only if that exporter requests delta temporality
 * for gauges, as those of this package do: OpenTelemetry repeats the last value of a cumulative one for ever.
 */
export interface WorkerGaugesHandle {
  /** Stops reporting. */
  stop(): void
  /** The same as `stop`. */
  [Symbol.dispose](): void
}

type Metric = Exclude<keyof WorkerMetrics, 'runtime' | 'timestamp_ms' | 'memory_virtual'>

const GAUGES: readonly {
  readonly metric: Metric
  readonly name: string
  readonly unit: string
  readonly text: string
}[] = [
  { metric: 'memory_heap_used', name: 'memory.heap_used', unit: 'bytes', text: 'Heap in use' },
  { metric: 'memory_heap_total', name: 'memory.heap_total', unit: 'bytes', text: 'Heap reserved' },
  { metric: 'memory_rss', name: 'memory.rss', unit: 'bytes', text: 'Resident memory' },
  { metric: 'memory_external', name: 'memory.external', unit: 'bytes', text: 'Memory of objects outside the heap' },
  { metric: 'cpu_percent', name: 'cpu.percent', unit: '%', text: 'Share of one processor' },
  { metric: 'cpu_user_micros', name: 'cpu.user_micros', unit: 'us', text: 'Processor time in user code' },
  { metric: 'cpu_system_micros', name: 'cpu.system_micros', unit: 'us', text: 'Processor time in the kernel' },
  { metric: 'event_loop_lag_ms', name: 'event_loop.lag_ms', unit: 'ms', text: 'Mean delay of the event loop' },
  { metric: 'uptime_seconds', name: 'uptime_seconds', unit: 's', text: 'Time since the gauges were registered' },
]

const OPTION_KEYS = keysOf<WorkerGaugesOptions>({ workerId: true, workerName: true })

const registered = new Map<Meter, WorkerGaugesHandle>()

/**
 * Reports memory, processor and event loop of this process through a meter. A second call returns the first handle.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an invalid meter or a blank id.
 */
export function registerWorkerGauges(meter: Meter, options: WorkerGaugesOptions): WorkerGaugesHandle {
  checkKind('meter', 'an OpenTelemetry meter', { value: meter, method: 'createObservableGauge' })
  checkOptions('registerWorkerGauges options', options, OPTION_KEYS)
  checkName('options.workerId', options.workerId)
  checkText('options.workerName', options.workerName)
  return startGauges(meter, options)
}

/** The same for an id from the engine, which is not validated. */
export function startGauges(meter: Meter, options: WorkerGaugesOptions): WorkerGaugesHandle {
  const existing = registered.get(meter)
  if (existing !== undefined) return existing
  const collector = new WorkerMetricsCollector()
  const gauges = GAUGES.map(({ metric, name, unit, text }) => {
    const gauge: Observable = meter.createObservableGauge(`iii.worker.${name}`, { description: text, unit })
    return { metric, gauge }
  })
  const attributes = {
    'worker.id': options.workerId,
    ...(options.workerName === undefined ? {} : { 'worker.name': options.workerName }),
  }
  const observe: BatchObservableCallback = (observer) => {
    const snapshot = collector.collect()
    for (const { metric, gauge } of gauges) {
      const value = snapshot[metric]
      if (value !== undefined) observer.observe(gauge, value, attributes)
    }
  }
  const observed = gauges.map(({ gauge }) => gauge)
  meter.addBatchObservableCallback(observe, observed)
  const stop = (): void => {
    if (registered.get(meter) !== handle) return
    registered.delete(meter)
    meter.removeBatchObservableCallback(observe, observed)
    collector.stopMonitoring()
  }
  const handle: WorkerGaugesHandle = { stop, [Symbol.dispose]: stop }
  registered.set(meter, handle)
  return handle
}

/** Stops all gauges of this process. */
export function stopWorkerGauges(): void {
  for (const handle of [...registered.values()]) handle.stop()
}
