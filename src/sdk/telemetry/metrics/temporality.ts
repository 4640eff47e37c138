/**
 * How metrics add up from one export to the next. Gauges are reported as observed since the last export: one that is
 * not observed any more, such as that of a former worker id, must not be repeated for ever.
 */
import type { AggregationTemporality, InstrumentType } from '@opentelemetry/sdk-metrics'
import { otelSdkMetrics } from '../otel-modules.js'

/** The temporality of an instrument: delta for observed gauges, cumulative for the others. */
export function temporalityOf(instrument: InstrumentType): AggregationTemporality {
  const { AggregationTemporality, InstrumentType } = otelSdkMetrics()
  const isObserved = instrument === InstrumentType.OBSERVABLE_GAUGE
  return isObserved ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE
}
