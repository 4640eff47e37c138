/**
 * Exporters for OpenTelemetry providers of the program: they send spans, metrics or log records to the engine over a
 * shared connection. Each export completes at once, so `forceFlush` never waits for an engine.
 */
import type { AggregationTemporality, InstrumentType, ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { checkKind } from '../setting.js'
import type { SharedEngineConnection } from './shared-engine-connection.js'
import { logsSignal, metricsSignal, spansSignal, type Signal } from './signals.js'
import { temporalityOf } from '../metrics/metrics-exporter.js'

/** The result of an export for OpenTelemetry: 0 is success, 1 failure. */
export type EngineExportResult = { code: 0 | 1; error?: Error }

/** Base of the exporters that write to a `SharedEngineConnection`. */
export abstract class EngineExporter<Batch> {
  readonly #connection: SharedEngineConnection
  readonly #signal: Signal<Batch>
  #isShutDown = false

  constructor(connection: SharedEngineConnection, signal: Signal<Batch>) {
    checkKind('connection', 'a SharedEngineConnection', { value: connection, method: 'beginShutdown' })
    this.#connection = connection
    this.#signal = signal
  }

  /** Sends a batch, or queues it while there is no connection; fails if it was dropped. */
  export(batch: Batch, done: (result: EngineExportResult) => void): void {
    if (this.#isShutDown) {
      done({ code: 1, error: new Error('The exporter has been shut down') })
      return
    }
    try {
      this.#connection.send(this.#signal.prefix, this.#signal.serialize(batch), (error) => {
        done(error === undefined ? { code: 0 } : { code: 1, error })
      })
    } catch (cause) {
      done({ code: 1, error: cause instanceof Error ? cause : new Error('The batch cannot be serialised', { cause }) })
    }
  }

  /** Sends what the socket takes now. */
  forceFlush(): Promise<void> {
    return this.#connection.flush()
  }

  /** Ends this exporter. The connection stays open, as the program owns it. */
  shutdown(): Promise<void> {
    this.#isShutDown = true
    return this.#connection.flush()
  }
}

/** Sends spans to the engine. */
export class EngineSpanExporter extends EngineExporter<ReadableSpan[]> {
  constructor(connection: SharedEngineConnection) {
    super(connection, spansSignal)
  }
}

/** Sends metrics to the engine. */
export class EngineMetricsExporter extends EngineExporter<ResourceMetrics> {
  constructor(connection: SharedEngineConnection) {
    super(connection, metricsSignal)
  }

  /**
   * Read by OpenTelemetry readers: delta for observed gauges, so that those no longer observed end; cumulative for all
   * others.
   */
  selectAggregationTemporality(instrument: InstrumentType): AggregationTemporality {
    return temporalityOf(instrument)
  }
}

/** Sends log records to the engine. */
export class EngineLogExporter extends EngineExporter<ReadableLogRecord[]> {
  constructor(connection: SharedEngineConnection) {
    super(connection, logsSignal)
  }
}
