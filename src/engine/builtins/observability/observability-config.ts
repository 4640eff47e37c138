/**
 * Settings of `iii-observability`. The local engine keeps telemetry in memory and exports none. A setting that requires
 * a collector is refused. Settings that only tune a collector or the log of the engine are accepted and have no effect.
 */
import { alertRules, parseAlertRules, type AlertRule } from './metrics/alert-rule.js'
import { parseSampling, ratio, samplingSection, type SamplingConfig } from './traces/sampling.js'
import { boolean, oneOf, optional, record, string, wholeNumber } from '../../declare/schema.js'
import { parseSettings, setting, type SettingShapes } from '../../declare/settings.js'

/** Settings of `iii-observability`. */
export interface ObservabilityConfig {
  /** If false, telemetry is dropped and the trigger types `log` and `trace` are missing. */
  readonly enabled: boolean
  /** Resource of the engine on its own spans and logs. */
  readonly service: ServiceConfig
  /** Sampling of the spans of the engine. */
  readonly sampling: SamplingConfig
  readonly maxSpans: number
  readonly metrics: { readonly enabled: boolean; readonly maxItems: number; readonly retentionMs: number }
  readonly logs: LogsConfig
  readonly alerts: readonly AlertRule[]
}

export interface ServiceConfig {
  readonly name: string
  readonly version: string | undefined
  readonly namespace: string | undefined
}

export interface LogsConfig {
  readonly enabled: boolean
  readonly maxItems: number
  readonly retentionMs: number
  /** Share of records that is kept. */
  readonly samplingRatio: number
  /** Whether records are also written to the log of the engine. */
  readonly echo: boolean
}

const DEFAULT_MAX_SPANS = 10_000
const DEFAULT_MAX_METRICS = 10_000
const DEFAULT_MAX_LOGS = 1_000
const DEFAULT_RETENTION_SECONDS = 3_600

const flag = optional(boolean())
const memoryOnly = optional(
  setting<string>('`memory`, as this engine exports no telemetry', (value) => value === 'memory', {
    enum: ['memory'],
    type: 'string',
  }),
)
const anyObject = optional(record())
const count = optional(wholeNumber(1))

const traceShape = {
  exporter: memoryOnly,
  endpoint: optional(string()),
  sampling_ratio: optional(ratio),
  sampling: optional(samplingSection),
  memory_max_spans: count,
  trace_storage: anyObject,
  live_spans: optional(
    setting<boolean>('false, as this engine publishes no live view', (value) => value === false, {
      enum: [false],
      type: 'boolean',
    }),
  ),
  collapse_spans: flag,
}

const metricsShape = {
  metrics_enabled: flag,
  metrics_exporter: memoryOnly,
  metrics_retention_seconds: count,
  metrics_max_count: count,
  alerts: optional(alertRules),
}

const logsShape = {
  logs_enabled: flag,
  logs_exporter: memoryOnly,
  logs_max_count: count,
  logs_retention_seconds: count,
  logs_batch_size: count,
  logs_flush_interval_ms: count,
  logs_sampling_ratio: optional(ratio),
  logs_console_output: flag,
  level: optional(oneOf(['trace', 'debug', 'info', 'warn', 'error'])),
  format: optional(string()),
}

const shape = {
  enabled: flag,
  service_name: optional(string()),
  service_version: optional(string()),
  service_namespace: optional(string()),
  ...traceShape,
  ...metricsShape,
  ...logsShape,
}

export const observabilitySettings: SettingShapes = { config: shape, local: {} }

/**
 * Reads the `config` of `iii-observability`; absent means the defaults: everything enabled, in memory.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseObservabilityConfig(config: unknown): ObservabilityConfig {
  const path = 'iii-observability'
  const settings = parseSettings(path, shape, config)
  const { service_name: name = 'iii', service_version: version, service_namespace: namespace } = settings
  return {
    enabled: settings.enabled ?? true,
    service: { name, version, namespace },
    sampling: parseSampling(`${path}.sampling`, settings.sampling, settings.sampling_ratio),
    maxSpans: settings.memory_max_spans ?? DEFAULT_MAX_SPANS,
    metrics: {
      enabled: settings.metrics_enabled ?? true,
      maxItems: settings.metrics_max_count ?? DEFAULT_MAX_METRICS,
      retentionMs: seconds(settings.metrics_retention_seconds),
    },
    logs: {
      enabled: settings.logs_enabled ?? true,
      maxItems: settings.logs_max_count ?? DEFAULT_MAX_LOGS,
      retentionMs: seconds(settings.logs_retention_seconds),
      samplingRatio: settings.logs_sampling_ratio ?? 1,
      echo: settings.logs_console_output ?? true,
    },
    alerts: parseAlertRules(`${path}.alerts`, settings.alerts ?? []),
  }
}

function seconds(value = DEFAULT_RETENTION_SECONDS): number {
  return value * 1000
}
