/**
 * The three signals as the engine takes them: four letters that name the signal, then OTLP as JSON, in one binary
 * message. OpenTelemetry's own serializer writes the JSON. Knows nothing of sockets and batches.
 */
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { otelTransformer } from './otel-modules.js'

/** Which signal a message carries: spans, metrics or log records. */
export type OtelPrefix = 'OTLP' | 'MTRC' | 'LOGS'

/** One message of telemetry before it becomes a frame. */
export type OtelMessage = { readonly prefix: OtelPrefix; readonly data: Uint8Array }

/** How one kind of telemetry is written. */
export interface Signal<Batch> {
  readonly prefix: OtelPrefix
  /** How many spans, records or data points a batch holds. */
  count(batch: Batch): number
  /** OTLP JSON as UTF-8. */
  serialize(batch: Batch): Uint8Array
}

export const spansSignal: Signal<ReadableSpan[]> = {
  prefix: 'OTLP',
  count: (spans) => spans.length,
  serialize: (spans) => otelTransformer().JsonTraceSerializer.serializeRequest(spans) ?? new Uint8Array(),
}

export const logsSignal: Signal<ReadableLogRecord[]> = {
  prefix: 'LOGS',
  count: (records) => records.length,
  serialize: (records) => otelTransformer().JsonLogsSerializer.serializeRequest(records) ?? new Uint8Array(),
}

export const metricsSignal: Signal<ResourceMetrics> = {
  prefix: 'MTRC',
  count: ({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) => metrics).reduce((sum, { dataPoints }) => sum + dataPoints.length, 0),
  serialize: (metrics) => otelTransformer().JsonMetricsSerializer.serializeRequest(metrics) ?? new Uint8Array(),
}

const PREFIX_BYTES = 4

/** The binary frame of a message. */
export function telemetryFrame({ prefix, data }: OtelMessage): Uint8Array {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + data.byteLength)
  frame.write(prefix, 'latin1')
  frame.set(data, PREFIX_BYTES)
  return frame
}
