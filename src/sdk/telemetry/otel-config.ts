/** Settings of telemetry: the public ones, and the complete ones with environment and defaults applied. */
import { env } from 'node:process'
import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import type { ReconnectionConfig, ReconnectionOptions } from '../connection/options.js'
import { resolveReconnection } from '../connection/reconnection.js'
import { DEFAULT_ENGINE_URL } from '../../wire/protocol/names.js'
import { MAX_DELAY_MS } from '../../std/time/clock.js'
import { isSdkDisabled, resourceAttributes } from './otel-environment.js'
import { payloadBytesFromEnv } from './trace/payload.js'
import {
  checkOptions,
  flagSetting,
  invalidOption,
  numberSetting,
  textSetting,
  type NumberRule,
  type Setting,
} from './setting.js'
import { OTLP_KEYS, otlpTargets, type OtlpOptions, type OtlpTargets } from '../../wire/otlp/otlp-settings.js'
import { keysOf } from '../../std/text/unknown-options.js'

/** An OpenTelemetry instrumentation of any major version. */
export interface OtelInstrumentation {
  /** Receives the provider of the tracers. */
  setTracerProvider?(provider: TracerProvider): void
  /** Receives the provider of the meters. */
  setMeterProvider?(provider: MeterProvider): void
  /** Starts instrumenting. */
  enable?(): void
  /** Stops instrumenting. */
  disable?(): void
}

/** Settings of telemetry. */
export type OtelConfig = {
  /**
   * Whether spans, logs and metrics are created and sent. Variables `OTEL_ENABLED`, `OTEL_SDK_DISABLED`; default true.
   */
  enabled?: boolean | undefined
  /**
   * `service.name`. Variable `OTEL_SERVICE_NAME`, else `service.name` in `OTEL_RESOURCE_ATTRIBUTES`, else the name of
   * the worker from `workerName` or `III_WORKER_NAME`, else `iii-node`.
   */
  serviceName?: string | undefined
  /** `service.version`. Variable `SERVICE_VERSION`, default `unknown`. */
  serviceVersion?: string | undefined
  /** `service.namespace`. Variable `SERVICE_NAMESPACE`, default none. */
  serviceNamespace?: string | undefined
  /** `service.instance.id`. Variable `SERVICE_INSTANCE_ID`, default a random UUID. */
  serviceInstanceId?: string | undefined
  /** Address of the engine for stand-alone telemetry; a worker uses its own. Variable `III_URL`. */
  engineWsUrl?: string | undefined
  /** Whether metrics are sent. Variable `OTEL_METRICS_ENABLED`, default true. */
  metricsEnabled?: boolean | undefined
  /** Interval between metric exports, in milliseconds. Variable `OTEL_METRIC_EXPORT_INTERVAL`, default 60 000, at least 1. */
  metricsExportIntervalMs?: number | undefined
  /**
   * How a separate telemetry socket is re-established: with `transport: 'dedicated'`, and for `initOtel`. Same defaults
   * as `reconnectionConfig` of `registerWorker`, whose settings are not used. No effect over the socket of the worker.
   */
  reconnectionConfig?: ReconnectionOptions | undefined
  /** Time limit of the whole flush at shutdown, in milliseconds. Default 10 000. */
  shutdownTimeoutMs?: number | undefined
  /** Maximum frames between exporters and socket; further ones are dropped and counted. Default 10 000. */
  channelCapacity?: number | undefined
  /**
   * Maximum delay before an ended span is exported (batching), in milliseconds. Variable
   * `OTEL_SPANS_FLUSH_INTERVAL_MS`, default 100.
   */
  spansFlushIntervalMs?: number | undefined
  /** Whether log records are sent. Default true. */
  logsEnabled?: boolean | undefined
  /**
   * Maximum delay before a log record is exported (batching), in milliseconds. Variable `OTEL_LOGS_FLUSH_INTERVAL_MS`,
   * default 100.
   */
  logsFlushIntervalMs?: number | undefined
  /** Log records per message. Variable `OTEL_LOGS_BATCH_SIZE`, default 1. */
  logsBatchSize?: number | undefined
  /** Whether `globalThis.fetch` creates spans. Default true. */
  fetchInstrumentationEnabled?: boolean | undefined
  /** OpenTelemetry instrumentations to connect to these providers. Default none. */
  instrumentations?: OtelInstrumentation[] | undefined
  /**
   * Whether a span that still runs after `spansFlushIntervalMs` is sent at once, and completed when it ends. Variable
   * `OTEL_LIVE_SPANS`, default false.
   */
  liveSpans?: boolean | undefined
  /**
   * Maximum payload in a span, in bytes of UTF-8; longer ones are truncated. `Infinity` removes the limit. Variable
   * `III_TRACE_PAYLOAD_MAX_BYTES` (`unlimited` removes it), default 8 KiB. A payload over 4 MiB is never shown.
   */
  tracePayloadMaxBytes?: number | undefined
  /**
   * Where telemetry is sent: to the engine, the default, or over OTLP/HTTP to a collector (`otlp`), for engines that
   * forward none. `transport` and `liveSpans` then have no effect.
   */
  exporter?: 'engine' | 'otlp' | undefined
  /** The collector of `exporter: 'otlp'`. Default: the variables `OTEL_EXPORTER_OTLP_*`, else `http://localhost:4318`. */
  otlp?: OtlpOptions | undefined
  /** Over the socket of the worker, the default, or over a second one at `/otel`. */
  transport?: 'worker' | 'dedicated' | undefined
}

/** The names of all settings. */
export const OTEL_KEYS = keysOf<OtelConfig>({
  enabled: true,
  serviceName: true,
  serviceVersion: true,
  serviceNamespace: true,
  serviceInstanceId: true,
  engineWsUrl: true,
  metricsEnabled: true,
  metricsExportIntervalMs: true,
  reconnectionConfig: true,
  shutdownTimeoutMs: true,
  channelCapacity: true,
  spansFlushIntervalMs: true,
  logsEnabled: true,
  logsFlushIntervalMs: true,
  logsBatchSize: true,
  fetchInstrumentationEnabled: true,
  instrumentations: true,
  liveSpans: true,
  tracePayloadMaxBytes: true,
  exporter: true,
  otlp: true,
  transport: true,
})

type Defaulted = Omit<OtelConfig, 'serviceNamespace' | 'reconnectionConfig' | 'otlp'>

/** Complete settings of telemetry. */
export type ResolvedOtelConfig = { readonly [K in keyof Defaulted]-?: NonNullable<Defaulted[K]> } & {
  readonly serviceNamespace: string | undefined
  /** From `OTEL_RESOURCE_ATTRIBUTES`. */
  readonly resourceAttributes: Readonly<Record<string, string>>
  readonly reconnection: Required<ReconnectionConfig>
  /** The collector that telemetry is sent to; `undefined` for the engine. */
  readonly collector: OtlpTargets | undefined
}

/** Defaults of settings that were not set. */
export interface OtelDefaults {
  readonly newId: () => string
  /** The name of the worker, if it was set. */
  readonly workerName?: string | undefined
}

/** Applies environment and defaults. @throws {RuntimeError} `INVALID_ARGUMENT` naming the invalid option. */
export function resolveOtelConfig(config: OtelConfig = {}, { newId, workerName }: OtelDefaults): ResolvedOtelConfig {
  const attributes = resourceAttributes()
  const exporter = checkExporter(config.exporter)
  const collector = collectorOf(config.otlp, exporter)
  const flags = resolveFlags(config)
  const described = (name: OptionOf<string>, variable: string, attribute: string): string | undefined =>
    text(config, name, variable) ?? attributes[attribute]
  return {
    ...resolveNumbers(config),
    ...flags,
    // A collector would store a span that has no end.
    liveSpans: flags.liveSpans && collector === undefined,
    exporter,
    collector,
    enabled: isOtelEnabled(config),
    serviceName: described('serviceName', 'OTEL_SERVICE_NAME', 'service.name') ?? workerName ?? 'iii-node',
    serviceVersion: described('serviceVersion', 'SERVICE_VERSION', 'service.version') ?? 'unknown',
    serviceNamespace: described('serviceNamespace', 'SERVICE_NAMESPACE', 'service.namespace'),
    serviceInstanceId: described('serviceInstanceId', 'SERVICE_INSTANCE_ID', 'service.instance.id') ?? newId(),
    resourceAttributes: attributes,
    engineWsUrl: text(config, 'engineWsUrl', 'III_URL') ?? DEFAULT_ENGINE_URL,
    instrumentations: checkInstrumentations(config.instrumentations),
    transport: checkTransport(config.transport),
    reconnection: resolveReconnection(config.reconnectionConfig, 'otel.reconnectionConfig'),
  }
}

function checkExporter(value: unknown = 'engine'): 'engine' | 'otlp' {
  if (value === 'engine' || value === 'otlp') return value
  throw invalidOption('exporter', "'engine' or 'otlp'", value)
}

function collectorOf(otlp: OtlpOptions = {}, exporter: 'engine' | 'otlp'): OtlpTargets | undefined {
  checkOptions('otel.otlp', otlp, OTLP_KEYS)
  return exporter === 'otlp' ? otlpTargets(otlp, env, 'otel.otlp') : undefined
}

/** Whether telemetry is enabled, without reading the other settings. */
export function isOtelEnabled(config: OtelConfig = {}): boolean {
  return flag(config, 'enabled') && (config.enabled === true || !isSdkDisabled())
}

/** Options whose type is `T`. */
type OptionOf<T> = {
  [K in keyof OtelConfig]-?: OtelConfig[K] extends T | undefined ? K : never
}[keyof OtelConfig]

const delay = (fallback: number, variable?: string): NumberRule => ({
  fallback,
  minimum: 0,
  maximum: MAX_DELAY_MS,
  ...(variable === undefined ? {} : { variable }),
})

const NUMBERS: Readonly<Record<OptionOf<number>, NumberRule>> = {
  metricsExportIntervalMs: { ...delay(60_000, 'OTEL_METRIC_EXPORT_INTERVAL'), minimum: 1 },
  shutdownTimeoutMs: delay(10_000),
  channelCapacity: { fallback: 10_000, minimum: 1, integer: true },
  spansFlushIntervalMs: delay(100, 'OTEL_SPANS_FLUSH_INTERVAL_MS'),
  logsFlushIntervalMs: delay(100, 'OTEL_LOGS_FLUSH_INTERVAL_MS'),
  logsBatchSize: { fallback: 1, minimum: 1, integer: true, variable: 'OTEL_LOGS_BATCH_SIZE' },
  // Its variable accepts a word as well as numbers.
  tracePayloadMaxBytes: { fallback: payloadBytesFromEnv, minimum: 1, maximum: Infinity },
}

const FLAGS: Readonly<Record<OptionOf<boolean>, { readonly fallback: boolean; readonly variable?: string }>> = {
  enabled: { fallback: true, variable: 'OTEL_ENABLED' },
  metricsEnabled: { fallback: true, variable: 'OTEL_METRICS_ENABLED' },
  logsEnabled: { fallback: true },
  fetchInstrumentationEnabled: { fallback: true },
  liveSpans: { fallback: false, variable: 'OTEL_LIVE_SPANS' },
}

function resolveNumbers(config: OtelConfig): Record<OptionOf<number>, number> {
  const entries = Object.entries(NUMBERS).map(([name, rule]) => {
    return [name, numberSetting(setting(config, name as OptionOf<number>, rule.variable), rule)]
  })
  return Object.fromEntries(entries) as Record<OptionOf<number>, number>
}

function resolveFlags(config: OtelConfig): Record<OptionOf<boolean>, boolean> {
  const entries = Object.keys(FLAGS).map((name) => [name, flag(config, name as OptionOf<boolean>)])
  return Object.fromEntries(entries) as Record<OptionOf<boolean>, boolean>
}

function flag(config: OtelConfig, name: OptionOf<boolean>): boolean {
  const { fallback, variable } = FLAGS[name]
  return flagSetting(setting(config, name, variable), fallback)
}

function text(config: OtelConfig, name: OptionOf<string>, variable: string): string | undefined {
  return textSetting(setting(config, name, variable))
}

function setting(config: OtelConfig, name: keyof OtelConfig, variable?: string): Setting {
  return { name, value: config[name], variable }
}

function checkInstrumentations(value: unknown = []): OtelInstrumentation[] {
  const isUsable = Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null)
  if (isUsable) return value as OtelInstrumentation[]
  throw invalidOption('instrumentations', 'a list of OpenTelemetry instrumentations', value)
}

function checkTransport(value: unknown = 'worker'): 'worker' | 'dedicated' {
  if (value === 'worker' || value === 'dedicated') return value
  throw invalidOption('transport', "'worker' or 'dedicated'", value)
}
