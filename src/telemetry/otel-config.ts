/**
 * Settings of telemetry: what users pass, and what the rest works with once environment and defaults are applied.
 * Configuration wins over environment, environment over default. A bad variable counts as unset, since whoever runs a
 * program may not be who wrote it; a bad option is an error.
 */
import { env } from 'node:process'
import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import { DEFAULT_RECONNECTION, type ReconnectionConfig } from '../connection/options.js'
import { ErrorCode, RuntimeError } from '../errors.js'
import { DEFAULT_ENGINE_URL } from '../protocol/names.js'
import { describe } from '../std/describe.js'

/** An OpenTelemetry instrumentation of any major version, by its shape. */
export interface OtelInstrumentation {
  setTracerProvider?(provider: TracerProvider): void
  setMeterProvider?(provider: MeterProvider): void
  enable?(): void
  disable?(): void
}

/** Settings of telemetry. */
export type OtelConfig = {
  /** Whether spans, logs and metrics are made and sent. Variable `OTEL_ENABLED`, default true. */
  enabled?: boolean
  /** `service.name`. Variable `OTEL_SERVICE_NAME`, default `iii-node`. */
  serviceName?: string
  /** `service.version`. Variable `SERVICE_VERSION`, default `unknown`. */
  serviceVersion?: string
  /** `service.namespace`. Variable `SERVICE_NAMESPACE`, default none. */
  serviceNamespace?: string
  /** `service.instance.id`. Variable `SERVICE_INSTANCE_ID`, default a random UUID. */
  serviceInstanceId?: string
  /** Engine address for stand-alone telemetry; a worker uses its own. Variable `III_URL`. */
  engineWsUrl?: string
  /** Whether metrics are sent. Variable `OTEL_METRICS_ENABLED`, default true. */
  metricsEnabled?: boolean
  /** Milliseconds between two metric exports. Default 60 000. */
  metricsExportIntervalMs?: number
  /** How the telemetry socket is re-established. Default: as the worker's. */
  reconnectionConfig?: Partial<ReconnectionConfig>
  /** Limit of the whole flush at shutdown in milliseconds. Default 10 000. */
  shutdownTimeoutMs?: number
  /** Frames that wait between exporters and socket; more are dropped and counted. Default 10 000. */
  channelCapacity?: number
  /** How long an ended span waits for company in milliseconds. Variable `OTEL_SPANS_FLUSH_INTERVAL_MS`, default 100. */
  spansFlushIntervalMs?: number
  /** Whether log records are sent. Default true. */
  logsEnabled?: boolean
  /** How long a log record waits in milliseconds. Variable `OTEL_LOGS_FLUSH_INTERVAL_MS`, default 100. */
  logsFlushIntervalMs?: number
  /** Log records per message. Variable `OTEL_LOGS_BATCH_SIZE`, default 1. */
  logsBatchSize?: number
  /** Whether `globalThis.fetch` makes spans. Default true. */
  fetchInstrumentationEnabled?: boolean
  /** OpenTelemetry instrumentations to connect to these providers. Default none. */
  instrumentations?: OtelInstrumentation[]
  /** Over the worker's own socket, the default, or over a second one at `/otel`. */
  transport?: 'worker' | 'dedicated'
}

type Defaulted = Omit<OtelConfig, 'serviceNamespace' | 'reconnectionConfig'>

/** Settings of telemetry with nothing left open. */
export type ResolvedOtelConfig = Readonly<Required<Defaulted>> & {
  readonly serviceNamespace: string | undefined
  readonly reconnection: Required<ReconnectionConfig>
}

/** Applies environment and defaults. @throws {RuntimeError} `INVALID_ARGUMENT` naming the option that is off. */
export function resolveOtelConfig(config: OtelConfig = {}, newId: () => string): ResolvedOtelConfig {
  return {
    ...resolveService(config, newId),
    ...resolveNumbers(config),
    enabled: flag(config, 'enabled', 'OTEL_ENABLED'),
    engineWsUrl: text(config, 'engineWsUrl', 'III_URL') ?? DEFAULT_ENGINE_URL,
    metricsEnabled: flag(config, 'metricsEnabled', 'OTEL_METRICS_ENABLED'),
    logsEnabled: flag(config, 'logsEnabled'),
    fetchInstrumentationEnabled: flag(config, 'fetchInstrumentationEnabled'),
    instrumentations: config.instrumentations ?? [],
    transport: resolveTransport(config.transport),
    reconnection: { ...DEFAULT_RECONNECTION, ...config.reconnectionConfig },
  }
}

/** Whether telemetry is on, without looking at the rest. */
export function isOtelEnabled(config: OtelConfig = {}): boolean {
  return flag(config, 'enabled', 'OTEL_ENABLED')
}

function resolveService(
  config: OtelConfig,
  newId: () => string,
): Pick<ResolvedOtelConfig, 'serviceName' | 'serviceVersion' | 'serviceNamespace' | 'serviceInstanceId'> {
  return {
    serviceName: text(config, 'serviceName', 'OTEL_SERVICE_NAME') ?? 'iii-node',
    serviceVersion: text(config, 'serviceVersion', 'SERVICE_VERSION') ?? 'unknown',
    serviceNamespace: text(config, 'serviceNamespace', 'SERVICE_NAMESPACE'),
    serviceInstanceId: text(config, 'serviceInstanceId', 'SERVICE_INSTANCE_ID') ?? newId(),
  }
}

type NumberOption = {
  [K in keyof OtelConfig]-?: OtelConfig[K] extends number | undefined ? K : never
}[keyof OtelConfig]

interface NumberRule {
  readonly fallback: number
  readonly minimum: number
  readonly integer: boolean
  readonly variable?: string
}

const NUMBERS: Readonly<Record<NumberOption, NumberRule>> = {
  metricsExportIntervalMs: { fallback: 60_000, minimum: 1, integer: false },
  shutdownTimeoutMs: { fallback: 10_000, minimum: 0, integer: false },
  channelCapacity: { fallback: 10_000, minimum: 1, integer: true },
  spansFlushIntervalMs: { fallback: 100, minimum: 0, integer: false, variable: 'OTEL_SPANS_FLUSH_INTERVAL_MS' },
  logsFlushIntervalMs: { fallback: 100, minimum: 0, integer: false, variable: 'OTEL_LOGS_FLUSH_INTERVAL_MS' },
  logsBatchSize: { fallback: 1, minimum: 1, integer: true, variable: 'OTEL_LOGS_BATCH_SIZE' },
}

function resolveNumbers(config: OtelConfig): Record<NumberOption, number> {
  const entries = Object.entries(NUMBERS).map(([name, rule]) => {
    const given = config[name as NumberOption]
    return [name, optionNumber(name, given, rule) ?? variableNumber(rule) ?? rule.fallback]
  })
  return Object.fromEntries(entries) as Record<NumberOption, number>
}

/** `NaN` is what `Number(process.env.UNSET)` gives, so it counts as unset. */
function optionNumber(name: string, value: unknown, rule: NumberRule): number | undefined {
  if (value === undefined || Number.isNaN(value)) return undefined
  if (typeof value === 'number' && isWithin(value, rule)) return value
  throw invalidOption(name, `${rule.integer ? 'an integer' : 'a number'} of at least ${String(rule.minimum)}`, value)
}

function variableNumber(rule: NumberRule): number | undefined {
  const raw = rule.variable === undefined ? undefined : variable(rule.variable)
  if (raw === undefined) return undefined
  const value = Number(raw)
  return isWithin(value, rule) ? value : undefined
}

function isWithin(value: number, { minimum, integer }: NumberRule): boolean {
  return Number.isFinite(value) && value >= minimum && (!integer || Number.isInteger(value))
}

function text(config: OtelConfig, name: keyof OtelConfig, variableName: string): string | undefined {
  const value: unknown = config[name]
  if (value !== undefined && typeof value !== 'string') throw invalidOption(name, 'a string', value)
  return value === undefined || value.trim() === '' ? variable(variableName) : value
}

function flag(config: OtelConfig, name: keyof OtelConfig, variableName?: string): boolean {
  const value: unknown = config[name]
  if (value !== undefined && typeof value !== 'boolean') throw invalidOption(name, 'true or false', value)
  const raw = variableName === undefined ? undefined : variable(variableName)
  return value ?? !(raw !== undefined && ['false', '0', 'no', 'off'].includes(raw.trim().toLowerCase()))
}

function resolveTransport(value: unknown): 'worker' | 'dedicated' {
  if (value === undefined || value === 'worker') return 'worker'
  if (value === 'dedicated') return value
  throw invalidOption('transport', "'worker' or 'dedicated'", value)
}

function variable(name: string): string | undefined {
  const value = env[name]
  return value === undefined || value.trim() === '' ? undefined : value
}

function invalidOption(name: string, expected: string, seen: unknown): RuntimeError {
  return new RuntimeError(ErrorCode.INVALID_ARGUMENT, `otel.${name} must be ${expected}, got ${describe(seen)}`)
}
