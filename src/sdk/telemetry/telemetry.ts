/**
 * The telemetry of one owner: three providers that share a resource and a sink. Nothing is registered process-wide, so
 * several owners can exist in a process, beside the OpenTelemetry of the program.
 */
import type { Meter, Tracer } from '@opentelemetry/api'
import type { Logger as OtelLogger } from '@opentelemetry/api-logs'
import type { Resource } from '@opentelemetry/resources'
import type { LoggerProvider, LogRecordProcessor } from '@opentelemetry/sdk-logs'
import type { MeterProvider } from '@opentelemetry/sdk-metrics'
import type { SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Clock } from '../../std/time/clock.js'
import { TimeLimit } from '../../std/time/time-limit.js'
import { BaggageSpanProcessor } from './trace/baggage-span-processor.js'
import {
  connectInstrumentations,
  disconnectInstrumentations,
  type InstrumentationProviders,
} from './instrumentations.js'
import { liveSpanProcessor } from './trace/live-spans.js'
import { metricsExporter } from './metrics/metrics-exporter.js'
import type { ResolvedOtelConfig } from './otel-config.js'
import { samplerFromEnvironment } from './otel-environment.js'
import { otelResources, otelSdkLogs, otelSdkMetrics, otelSdkTrace } from './otel-modules.js'
import { ensureProcessWide } from './process-wide.js'
import { logBatchProcessor, spanBatchProcessor, type Flushable } from './export/processors.js'
import type { FrameSink } from './export/telemetry-outbox.js'

/** A sink gets less than the time that is left, so that what it drops at its limit is counted. */
const SINK_SHARE = 0.9

export interface TelemetryPorts {
  readonly clock: Clock
  readonly sink: FrameSink
}

export class Telemetry {
  readonly config: ResolvedOtelConfig
  readonly tracer: Tracer
  /** Absent if metrics are disabled. */
  readonly meter: Meter | undefined
  /** Absent if logs are disabled. */
  readonly logger: OtelLogger | undefined
  readonly #ports: TelemetryPorts
  readonly #providers: InstrumentationProviders
  readonly #meterProvider: MeterProvider | undefined
  readonly #spans: Flushable<SpanProcessor>
  readonly #live: SpanProcessor | undefined
  readonly #logs: Flushable<LogRecordProcessor> | undefined

  /** Loads OpenTelemetry on first use. Rethrows the error of an instrumentation, and leaves nothing running then. */
  constructor(config: ResolvedOtelConfig, ports: TelemetryPorts) {
    this.config = config
    this.#ports = ports
    ensureProcessWide()
    const resource = createResource(config)
    this.#spans = spanBatchProcessor(ports, config.spansFlushIntervalMs)
    this.#live = config.liveSpans ? liveSpanProcessor(ports, config.spansFlushIntervalMs) : undefined
    const tracers = createTracerProvider(resource, this.#live ? [this.#live, this.#spans] : [this.#spans])
    this.tracer = tracers.getTracer(config.serviceName)
    this.#meterProvider = config.metricsEnabled ? createMeterProvider(config, resource, ports.sink) : undefined
    this.meter = this.#meterProvider?.getMeter(config.serviceName)
    this.#providers = { tracers, meters: this.#meterProvider }
    if (config.logsEnabled) {
      const batching = { delayMs: config.logsFlushIntervalMs, maxItems: config.logsBatchSize }
      this.#logs = logBatchProcessor(ports, batching)
      this.logger = createLoggerProvider(resource, this.#logs).getLogger(config.serviceName)
    }
    this.#connectInstrumentations()
  }

  /**
   * Passes everything to the sink: spans and records synchronously, metrics once they are collected. Waits until a
   * collector has it, if the sink sends to one. Never rejects.
   */
  async flush(): Promise<void> {
    const limit = this.#limit()
    this.flushNow()
    if (this.#meterProvider !== undefined) await limit.wait(this.#meterProvider.forceFlush())
    const { sink } = this.#ports
    if (sink.settled !== undefined) await limit.wait(sink.settled())
  }

  /** Passes ended spans and log records to the sink synchronously. */
  flushNow(): void {
    this.#spans.flush()
    this.#logs?.flush()
  }

  /**
   * Passes on pending data, stops, and closes the sink, within `shutdownTimeoutMs` in total, even if a metric callback
   * or the sink hangs. Never rejects.
   */
  async shutdown(closeSink: (limitMs: number) => Promise<void>): Promise<void> {
    const limit = this.#limit()
    this.flushNow()
    void this.#live?.shutdown()
    // The shutdown of the provider flushes first.
    if (this.#meterProvider !== undefined) await limit.wait(this.#meterProvider.shutdown())
    this.flushNow()
    disconnectInstrumentations(this.config.instrumentations, this.#providers)
    await limit.wait(closeSink(limit.remainingMs * SINK_SHARE))
  }

  #limit(): TimeLimit {
    return new TimeLimit(this.#ports.clock, this.config.shutdownTimeoutMs)
  }

  #connectInstrumentations(): void {
    const { instrumentations } = this.config
    try {
      connectInstrumentations(instrumentations, this.#providers)
    } catch (error) {
      // Otherwise the reader of metrics would continue without an owner.
      void this.shutdown(() => Promise.resolve())
      throw error
    }
  }
}

function createResource(config: ResolvedOtelConfig): Resource {
  return otelResources().resourceFromAttributes({
    ...config.resourceAttributes,
    'service.name': config.serviceName,
    'service.version': config.serviceVersion,
    'service.instance.id': config.serviceInstanceId,
    ...(config.serviceNamespace === undefined ? {} : { 'service.namespace': config.serviceNamespace }),
  })
}

function createTracerProvider(resource: Resource, spans: readonly SpanProcessor[]): TracerProvider {
  const { TracerProvider } = otelSdkTrace()
  const sampler = samplerFromEnvironment()
  return new TracerProvider({
    resource,
    spanProcessors: [new BaggageSpanProcessor(), ...spans],
    ...(sampler === undefined ? {} : { sampler }),
  })
}

function createLoggerProvider(resource: Resource, logs: LogRecordProcessor): LoggerProvider {
  const { LoggerProvider } = otelSdkLogs()
  return new LoggerProvider({ resource, processors: [logs] })
}

function createMeterProvider(config: ResolvedOtelConfig, resource: Resource, sink: FrameSink): MeterProvider {
  const { MeterProvider, PeriodicExportingMetricReader } = otelSdkMetrics()
  const exportIntervalMillis = config.metricsExportIntervalMs
  const reader = new PeriodicExportingMetricReader({
    exporter: metricsExporter(sink),
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(exportIntervalMillis, config.shutdownTimeoutMs || exportIntervalMillis),
  })
  return new MeterProvider({ resource, readers: [reader] })
}
