/**
 * Settings of `iii-observability`. The local engine keeps telemetry in memory, sends it to a collector, or both. Settings
 * that only tune the store or the log of the distributed engine are accepted and have no effect.
 */
import { alertRules, readAlertRules, type AlertRule } from './metrics/alert-rule.js'
import { ratio, readSampling, sampling, type SamplingConfig } from './traces/sampling.js'
import {
  boolean,
  oneOf,
  optional,
  record,
  string,
  wholeNumber,
  withDefault,
  type Declared,
} from '../../declare/schema.js'
import { atStart, parseSettings, section, setting } from '../../declare/settings.js'
import { exportMembers, otlpSection, readExport, type ExportConfig } from './export/export-config.js'

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
  /** The collector that telemetry is sent to; `undefined` for none. */
  readonly exports: ExportConfig | undefined
}

/** The settings in force; they may change while the engine runs. */
export interface CurrentSettings {
  settings: ObservabilityConfig
}

interface ServiceConfig {
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
  /** Whether records are stored. If not, `log` triggers still fire. */
  readonly isKept: boolean
  /** Whether records are also written to the log of the engine. */
  readonly echo: boolean
}

const DEFAULT_MAX_SPANS = 10_000
const DEFAULT_MAX_METRICS = 10_000
const DEFAULT_MAX_LOGS = 1_000
const DEFAULT_RETENTION_SECONDS = 3_600

const traceMembers = {
  sampling_ratio: optional(ratio),
  sampling: optional(sampling),
  memory_max_spans: counted(DEFAULT_MAX_SPANS, 'Spans that are kept'),
  trace_storage: optional(record()),
  live_spans: optional(
    setting<boolean>('false, as this engine publishes no live view', (value) => value === false, {
      enum: [false],
      type: 'boolean',
    }),
  ),
  collapse_spans: optional(boolean()),
}

const metricsMembers = {
  metrics_enabled: enabled('Whether metrics are kept'),
  metrics_retention_seconds: counted(DEFAULT_RETENTION_SECONDS),
  metrics_max_count: counted(DEFAULT_MAX_METRICS, 'Metrics that are kept'),
  // An alert may call any function on behalf of the engine, so clients cannot add one.
  alerts: atStart(alertRules),
}

const logsMembers = {
  logs_enabled: enabled('Whether log records are kept'),
  logs_max_count: counted(DEFAULT_MAX_LOGS, 'Log records that are kept'),
  logs_retention_seconds: counted(DEFAULT_RETENTION_SECONDS),
  logs_batch_size: optional(wholeNumber(1)),
  logs_flush_interval_ms: optional(wholeNumber(1)),
  logs_sampling_ratio: withDefault(ratio, 1),
  logs_console_output: enabled('Whether log records of workers are printed'),
  level: optional(oneOf(['trace', 'debug', 'info', 'warn', 'error'])),
  format: optional(string()),
}

export const observabilitySettings = {
  config: section({
    enabled: atStart(enabled('Whether telemetry is kept')),
    service_name: withDefault(string('The service of spans and log records of the engine'), 'iii'),
    service_version: optional(string()),
    service_namespace: optional(string()),
    ...exportMembers,
    ...traceMembers,
    ...metricsMembers,
    ...logsMembers,
  }),
  local: section({ otlp: withDefault(otlpSection, {}) }),
}

/**
 * Reads the `config` of `iii-observability`; absent means the defaults: everything enabled, in memory.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseObservabilityConfig(config: unknown, local?: unknown): ObservabilityConfig {
  const path = 'iii-observability'
  const settings = parseSettings(path, observabilitySettings.config.members, config)
  const { otlp } = parseSettings(`${path}.local`, observabilitySettings.local.members, local)
  const exports = readExport(settings, otlp)
  const { service_name: name, service_version: version, service_namespace: namespace } = settings
  return {
    enabled: settings.enabled,
    service: { name, version, namespace },
    sampling: readSampling(`${path}.sampling`, settings.sampling, settings.sampling_ratio),
    maxSpans: settings.memory_max_spans,
    metrics: {
      enabled: settings.metrics_enabled,
      maxItems: settings.metrics_max_count,
      retentionMs: settings.metrics_retention_seconds * 1000,
    },
    logs: {
      enabled: settings.logs_enabled,
      maxItems: settings.logs_max_count,
      retentionMs: settings.logs_retention_seconds * 1000,
      samplingRatio: settings.logs_sampling_ratio,
      isKept: exports?.logs !== 'otlp',
      echo: settings.logs_console_output,
    },
    alerts: readAlertRules(`${path}.alerts`, settings.alerts ?? []),
    exports,
  }
}

function counted(byDefault: number, description?: string): Declared<number, boolean> {
  return withDefault(wholeNumber(1, undefined, description), byDefault)
}

function enabled(description: string): Declared<boolean, boolean> {
  return withDefault(boolean(description), true)
}
