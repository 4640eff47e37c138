/**
 * The numbers of one worker in the text forms of Prometheus and OpenMetrics: calls and invocations by result, with their
 * latencies, and the counters of `worker.stats()`. Knows no HTTP.
 */
import { performance } from 'node:perf_hooks'
import { Counter, Histogram } from 'prom-client'
import { MetricSet, type Scrape } from '../../../std/metrics/metric-set.js'
import { toErrorBody } from '../../../wire/protocol/error-body.js'
import { currentTraceId } from '../../telemetry/trace/context-helpers.js'
import type { Interceptor } from '../interceptors.js'
import type { WorkerHealth } from './health.js'
import type { WorkerStats } from '../diagnostics/stats.js'

/** Members of a worker that metrics read. */
export interface MeasuredWorker {
  /** Adds what measures calls and handlers. */
  use(interceptor: Interceptor): () => void
  /** Whether calls reach the worker. */
  health(): WorkerHealth
  /** The worker's counters. */
  stats(): WorkerStats
}

/** Functions with metrics of their own; what comes later is counted as the function `other`. */
const MAX_FUNCTIONS = 1_000
/** Codes of errors with a count of their own; handlers choose them, and later ones are counted as the code `other`. */
const MAX_CODES = 100

/** Upper bounds in seconds, from a call within one process up to the default time limit. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

type StatKind = 'gauge' | 'counter'

const STATS: Readonly<Record<keyof WorkerStats, readonly [StatKind, string]>> = {
  pendingCalls: ['gauge', 'Calls without an answer yet.'],
  settledCalls: ['counter', 'Calls that have settled.'],
  timedOutCalls: ['counter', 'Calls without an answer within their time limit.'],
  lateResults: ['counter', 'Answers that came after their call had ended.'],
  runningInvocations: ['gauge', 'Handlers running.'],
  waitingInvocations: ['gauge', 'Invocations that wait for a limit of concurrency.'],
  servedInvocations: ['counter', 'Invocations received.'],
  queuedMessages: ['gauge', 'Messages that wait for the connection.'],
  queuedBytes: ['gauge', 'Bytes of waiting messages and of those in the socket.'],
  socketBytes: ['gauge', 'Bytes written that the system has not taken.'],
  channelBytes: ['gauge', 'Bytes buffered in open channel ends.'],
  refusedCalls: ['counter', 'Calls rejected because too much waited for the connection.'],
  refusedInvocations: ['counter', 'Invocations answered with WORKER_BUSY.'],
  oversizedMessages: ['counter', 'Calls and results above the largest message.'],
  unreadableFrames: ['counter', 'Frames from the engine that could not be read.'],
  failedFrames: ['counter', 'Frames from the engine whose handling failed.'],
  unconfirmedVoids: ['counter', 'Fire-and-forget calls written to a connection that was lost.'],
  unconfirmedResults: ['counter', 'Results written to a connection that was lost.'],
  droppedVoids: ['counter', 'Fire-and-forget calls that were dropped.'],
  droppedResults: ['counter', 'Results whose caller already had another answer.'],
  droppedChannelMessages: ['counter', 'Text messages of channels without a listener.'],
  repeatedResults: ['counter', 'Results sent a second time.'],
  unrepeatedResults: ['counter', 'Results not sent a second time because too much waited.'],
  droppedTelemetry: ['counter', 'Spans, log records and metric points that were not sent.'],
  reconnects: ['counter', 'Connections after the first.'],
  waitingNames: ['gauge', 'Names that another worker holds and this one waits for.'],
  registeredFunctions: ['gauge', 'Functions in effect at the engine.'],
  registeredTriggers: ['gauge', 'Triggers in effect at the engine.'],
}

export class ExposedMetrics {
  readonly #worker: MeasuredWorker
  readonly #metrics = new MetricSet()
  readonly #invocations: Durations
  readonly #calls: Durations
  readonly #release: () => void

  constructor(worker: MeasuredWorker) {
    this.#worker = worker
    this.#invocations = this.#durations('invocation', 'Invocations of functions of this worker')
    this.#calls = this.#durations('call', 'Calls that this worker made and awaited')
    this.#addStats()
    this.#release = worker.use({
      serve: (invocation, next) => this.#invocations.measure(invocation.context.functionId, next, currentTraceId()),
      call: (request, next) => this.#calls.measure(request.function_id, next),
    })
  }

  /** Reads every metric. @param accepts the `Accept` header; Prometheus' own form without one for OpenMetrics. */
  scrape(accepts?: string): Promise<Scrape> {
    return this.#metrics.scrape(accepts)
  }

  /** Measures no more. */
  close(): void {
    this.#release()
    this.#metrics.close()
  }

  #durations(kind: string, help: string): Durations {
    const { prometheus, openMetrics, registries } = this.#metrics
    const histogram = new Histogram({
      name: `iii_worker_${kind}_duration_seconds`,
      help: `${help}: seconds until the result or error.`,
      labelNames: ['function_id'],
      buckets: BUCKETS,
      enableExemplars: true,
      // The constructor refuses exemplars for a registry of the other form, which leaves them out by itself.
      registers: [openMetrics],
    })
    prometheus.registerMetric(histogram)
    const counters = registries.map(
      (registry) =>
        new Counter({
          name: `iii_worker_${kind}_results_total`,
          help: `${help}, by result: ok, or the code of the error.`,
          labelNames: ['function_id', 'code'],
          registers: [registry],
        }),
    )
    return new Durations(histogram, counters)
  }

  #addStats(): void {
    for (const [stat, [kind, help]] of Object.entries(STATS)) {
      const name = `iii_worker_${stat.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`
      const read = (): number => this.#worker.stats()[stat as keyof WorkerStats]
      if (kind === 'gauge') this.#metrics.gauge(name, help, read)
      else this.#metrics.counter(`${name}_total`, help, read)
    }
    this.#metrics.gauge('iii_worker_ready', 'Whether calls reach this worker: 1 or 0.', () =>
      Number(this.#worker.health().isReady),
    )
  }
}

/** Latencies and results of one kind of work, by function. */
class Durations {
  readonly #histogram: Histogram<'function_id'>
  readonly #counters: readonly Counter<'function_id' | 'code'>[]
  readonly #functionIds = new Set<string>()
  readonly #codes = new Set<string>()

  constructor(histogram: Histogram<'function_id'>, counters: readonly Counter<'function_id' | 'code'>[]) {
    this.#histogram = histogram
    this.#counters = counters
  }

  async measure(functionId: string, work: () => Promise<unknown>, traceId?: string): Promise<unknown> {
    const end = this.#begin(functionId, traceId)
    try {
      const result = await work()
      end('ok')
      return result
    } catch (error) {
      end(toErrorBody(error).code)
      throw error
    }
  }

  #begin(functionId: string, traceId: string | undefined): (code: string) => void {
    const startedAt = performance.now()
    const labels = { function_id: labelOf(functionId, this.#functionIds, MAX_FUNCTIONS) }
    return (result) => {
      const code = labelOf(result, this.#codes, MAX_CODES)
      for (const counter of this.#counters) counter.inc({ ...labels, code })
      const value = (performance.now() - startedAt) / 1_000
      // The types of the package allow the metric's own labels alone on an exemplar.
      const exemplarLabels = { trace_id: traceId } as Partial<Record<string, string>>
      this.#histogram.observe(traceId === undefined ? { labels, value } : { labels, value, exemplarLabels })
    }
  }
}

/** Each label is kept as long as the metrics are. */
function labelOf(value: string, known: Set<string>, maxKnown: number): string {
  if (known.has(value)) return value
  if (known.size >= maxKnown) return 'other'
  known.add(value)
  return value
}
