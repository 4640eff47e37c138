/** `iii-node/helpers/observability`: logger, traces, metrics and exporters. */
export { SeverityNumber } from '@opentelemetry/api-logs'
export type { Logger as OtelLogger } from '@opentelemetry/api-logs'
export type { Meter, Span } from '@opentelemetry/api'
export { IIIConnectionState as ConnectionState } from '../../sdk/connection/state.js'
export type { ReconnectionConfig, ReconnectionOptions } from '../../sdk/connection/options.js'
export { BaggageSpanProcessor } from '../../sdk/telemetry/trace/baggage-span-processor.js'
export { CapturedContext, captureOtelContext } from '../../sdk/telemetry/trace/context-helpers.js'
export {
  currentSpanId,
  currentSpanIsRecording,
  currentTraceId,
  extractBaggage,
  extractContext,
  extractTraceparent,
  getAllBaggage,
  getBaggageEntry,
  injectBaggage,
  injectTraceparent,
  recordSpanEvent,
  removeBaggageEntry,
  setBaggageEntry,
  setCurrentSpanAttribute,
  setCurrentSpanError,
  withSpan,
} from '../../sdk/telemetry/trace/context-helpers.js'
export type { WithSpanOptions } from '../../sdk/telemetry/trace/context-helpers.js'
export {
  EngineLogExporter,
  EngineMetricsExporter,
  EngineSpanExporter,
} from '../../sdk/telemetry/export/engine-exporters.js'
export type { EngineExportResult, EngineExporter } from '../../sdk/telemetry/export/engine-exporters.js'
export { executeTracedRequest, patchGlobalFetch, unpatchGlobalFetch } from '../../sdk/telemetry/trace/fetch.js'
export type { TracedFetchInit } from '../../sdk/telemetry/trace/fetch.js'
export { registerWorkerGauges, stopWorkerGauges } from '../../sdk/telemetry/metrics/gauges.js'
export type { WorkerGaugesHandle, WorkerGaugesOptions } from '../../sdk/telemetry/metrics/gauges.js'
export type { OtelLogEvent } from '../../sdk/telemetry/logs/log-event.js'
export { Logger } from '../../sdk/telemetry/logs/logger.js'
export type { LoggerSink } from '../../sdk/telemetry/logs/logger.js'
export type { OtelConfig, OtelInstrumentation } from '../../sdk/telemetry/otel-config.js'
export type { OtlpOptions, OtlpProtocol } from '../../wire/otlp/otlp-settings.js'
export {
  REDACTED_PLACEHOLDER,
  redact,
  redactAndTruncate,
  resolveMaxBytesFromEnv,
  safeStringify,
} from '../../sdk/telemetry/trace/payload.js'
export type { PayloadText } from '../../sdk/telemetry/trace/payload.js'
export { createPinoStream } from '../../sdk/telemetry/logs/pino-stream.js'
export type { PinoStream, PinoStreamOptions } from '../../sdk/telemetry/logs/pino-stream.js'
export { SharedEngineConnection } from '../../sdk/telemetry/export/shared-engine-connection.js'
export type { SharedEngineConnectionOptions } from '../../sdk/telemetry/export/shared-engine-connection.js'
export type { OtelMessage, OtelPrefix, Signal } from '../../sdk/telemetry/export/signals.js'
export { getLogger } from '../../sdk/telemetry/active-telemetry.js'
export { flushOtel, initOtel, shutdownOtel } from '../../sdk/telemetry/stand-alone.js'
export { WorkerMetricsCollector } from '../../sdk/telemetry/metrics/worker-metrics.js'
export type { WorkerMetrics, WorkerMetricsCollectorOptions } from '../../sdk/telemetry/metrics/worker-metrics.js'
export type { ConnectionPorts } from '../../sdk/connection/ports.js'
export type { FrameSink } from '../../sdk/telemetry/export/telemetry-outbox.js'
export type { Random } from '../../std/random.js'
