/**
 * Passes collected metrics to a sink, as an exporter for the periodic reader of OpenTelemetry. A dropped export reports
 * success: the reader would only log it, and the sink has counted it.
 */
import type { AggregationTemporality, InstrumentType, PushMetricExporter } from '@opentelemetry/sdk-metrics'
import { exportBatch } from '../export/exporter.js'
import { otelCore, otelSdkMetrics } from '../otel-modules.js'
import { metricsSignal } from '../export/signals.js'
import type { FrameSink } from '../export/telemetry-outbox.js'

export function metricsExporter(sink: FrameSink): PushMetricExporter {
  return {
    export(metrics, done) {
      exportBatch(metricsSignal, sink, metrics)
      done({ code: otelCore().ExportResultCode.SUCCESS })
    },
    selectAggregationTemporality: temporalityOf,
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  }
}

/** The temporality of an instrument: delta for observed gauges, cumulative for the others. */
export function temporalityOf(instrument: InstrumentType): AggregationTemporality {
  const { AggregationTemporality, InstrumentType } = otelSdkMetrics()
  const isObserved = instrument === InstrumentType.OBSERVABLE_GAUGE
  return isObserved ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE
}
