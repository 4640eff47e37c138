/**
 * Hands collected metrics to a sink, in the shape OpenTelemetry's periodic reader asks for. A dropped export counts as
 * done: the reader would only report it, and the sink has counted it.
 */
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics'
import { exportBatch } from './exporter.js'
import { otelCore, otelSdkMetrics } from './otel-modules.js'
import { metricsSignal } from './signals.js'
import type { FrameSink } from './telemetry-outbox.js'

export function metricsExporter(sink: FrameSink): PushMetricExporter {
  return {
    export(metrics, done) {
      exportBatch(metricsSignal, sink, metrics)
      done({ code: otelCore().ExportResultCode.SUCCESS })
    },
    selectAggregationTemporality(instrument) {
      const { AggregationTemporality, InstrumentType } = otelSdkMetrics()
      // A gauge that is not observed any more, such as that of a former worker id, must not be repeated for ever.
      const isObserved = instrument === InstrumentType.OBSERVABLE_GAUGE
      return isObserved ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  }
}
