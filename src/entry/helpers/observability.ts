/** `iii-node/helpers/observability`: logger, traces, metrics and everything to send them with. */
export { SeverityNumber } from '@opentelemetry/api-logs'
export type { Logger as OtelLogger } from '@opentelemetry/api-logs'
export type { Meter, Span } from '@opentelemetry/api'
export { IIIConnectionState as ConnectionState } from '../../connection/state.js'
export type { ReconnectionConfig } from '../../connection/options.js'
export { BaggageSpanProcessor } from '../../telemetry/baggage-span-processor.js'
export { CapturedContext, captureOtelContext } from '../../telemetry/captured-context.js'
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
} from '../../telemetry/context-helpers.js'
export type { WithSpanOptions } from '../../telemetry/context-helpers.js'
export { EngineLogExporter, EngineMetricsExporter, EngineSpanExporter } from '../../telemetry/engine-exporters.js'
export type { EngineExportResult } from '../../telemetry/engine-exporters.js'
export { executeTracedRequest, patchGlobalFetch, unpatchGlobalFetch } from '../../telemetry/fetch.js'
export type { TracedFetchInit } from '../../telemetry/fetch.js'
export { registerWorkerGauges, stopWorkerGauges } from '../../telemetry/gauges.js'
export type { WorkerGaugesHandle, WorkerGaugesOptions } from '../../telemetry/gauges.js'
export type { OtelLogEvent } from '../../telemetry/log-event.js'
export { Logger } from '../../telemetry/logger.js'
export type { LoggerSink } from '../../telemetry/logger.js'
export type { OtelConfig, OtelInstrumentation } from '../../telemetry/otel-config.js'
export {
  REDACTED_PLACEHOLDER,
  redact,
  redactAndTruncate,
  resolveMaxBytesFromEnv,
  safeStringify,
} from '../../telemetry/payload.js'
export type { PayloadText } from '../../telemetry/payload.js'
export { createPinoStream } from '../../telemetry/pino-stream.js'
export type { PinoStream, PinoStreamOptions } from '../../telemetry/pino-stream.js'
export { SharedEngineConnection } from '../../telemetry/shared-engine-connection.js'
export type { SharedEngineConnectionOptions } from '../../telemetry/shared-engine-connection.js'
export type { OtelMessage, OtelPrefix } from '../../telemetry/signals.js'
export { getLogger } from '../../telemetry/active-telemetry.js'
export { flushOtel, initOtel, shutdownOtel } from '../../telemetry/stand-alone.js'
export { WorkerMetricsCollector } from '../../telemetry/worker-metrics.js'
export type { WorkerMetrics, WorkerMetricsCollectorOptions } from '../../telemetry/worker-metrics.js'
