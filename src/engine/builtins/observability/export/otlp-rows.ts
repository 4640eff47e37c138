/** Writes rows of the engine as telemetry frames: a prefix of four characters, then OTLP/JSON. */
import { packageVersion } from '../../../../version.js'
import type { LogRecord } from '../logs/log-record.js'
import type { SpanRow } from '../traces/span-row.js'

type Attributes = Readonly<Record<string, unknown>>

const KIND_INTERNAL = 1
const KIND_SERVER = 2
const STATUS_CODES = { unset: 0, ok: 1, error: 2 } as const
/** The sum of all changes since the start of the engine. */
const CUMULATIVE = 2
const SCOPE = { name: 'iii', version: packageVersion }

/** A span of the engine. */
export function spanFrame(span: SpanRow, resource: Attributes): Buffer {
  const { attributes, events, status, status_description: message } = span
  const isServer = attributes.some(([key]) => key === 'http.request.method')
  const item = {
    traceId: span.trace_id,
    spanId: span.span_id,
    ...(span.parent_span_id === null ? {} : { parentSpanId: span.parent_span_id }),
    name: span.name,
    kind: isServer ? KIND_SERVER : KIND_INTERNAL,
    startTimeUnixNano: span.start_time_unix_nano,
    endTimeUnixNano: span.end_time_unix_nano,
    attributes: attributesOf(Object.fromEntries(attributes)),
    events: events.map(({ name, timestamp_unix_nano: timeUnixNano, attributes: pairs }) => {
      return { name, timeUnixNano, attributes: attributesOf(Object.fromEntries(pairs)) }
    }),
    status: { code: STATUS_CODES[status], ...(message === undefined ? {} : { message }) },
    flags: span.flags ?? 1,
  }
  return frame('OTLP', { resourceSpans: [{ ...resourceOf(resource), scopeSpans: [{ scope: SCOPE, spans: [item] }] }] })
}

/** A log record of the engine, or of a function that writes one. */
export function logFrame(record: LogRecord): Buffer {
  const { trace_id: traceId, span_id: spanId, instrumentation_scope_name: name = SCOPE.name } = record
  const item = {
    timeUnixNano: record.timestamp_unix_nano,
    observedTimeUnixNano: record.observed_timestamp_unix_nano,
    severityNumber: record.severity_number,
    severityText: record.severity_text,
    body: { stringValue: record.body },
    attributes: attributesOf(record.attributes),
    ...(traceId === undefined ? {} : { traceId }),
    ...(spanId === undefined ? {} : { spanId }),
  }
  const scope = { name, version: record.instrumentation_scope_version ?? SCOPE.version }
  return frame('LOGS', {
    resourceLogs: [{ ...resourceOf(record.resource), scopeLogs: [{ scope, logRecords: [item] }] }],
  })
}

/** A counter or a gauge of the engine. */
export interface EngineMetric {
  readonly name: string
  readonly value: number
  readonly isCounter: boolean
}

/** Metrics of the engine at one time. */
export function metricsFrame(
  metrics: readonly EngineMetric[],
  {
    resource,
    startNanos,
    nowNanos,
  }: { readonly resource: Attributes; readonly startNanos: number; readonly nowNanos: number },
): Buffer {
  const items = metrics.map(({ name, value, isCounter }) => {
    const dataPoints = [{ startTimeUnixNano: startNanos, timeUnixNano: nowNanos, asInt: value }]
    const sum = { dataPoints, aggregationTemporality: CUMULATIVE, isMonotonic: true }
    return { name, unit: '1', ...(isCounter ? { sum } : { gauge: { dataPoints } }) }
  })
  return frame('MTRC', {
    resourceMetrics: [{ ...resourceOf(resource), scopeMetrics: [{ scope: SCOPE, metrics: items }] }],
  })
}

function frame(prefix: 'OTLP' | 'LOGS' | 'MTRC', content: object): Buffer {
  return Buffer.from(prefix + JSON.stringify(content))
}

function resourceOf(attributes: Attributes): { readonly resource: object } {
  return { resource: { attributes: attributesOf(attributes) } }
}

function attributesOf(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }))
}

/** A JSON value in the form of OTLP. */
function valueOf(value: unknown): object {
  switch (typeof value) {
    case 'string':
      return { stringValue: value }
    case 'boolean':
      return { boolValue: value }
    case 'number':
      return Number.isInteger(value) ? { intValue: value } : { doubleValue: value }
    case 'object':
      if (Array.isArray(value)) return { arrayValue: { values: value.map(valueOf) } }
      return value === null ? {} : { kvlistValue: { values: attributesOf(value as Attributes) } }
    case 'undefined':
    case 'bigint':
    case 'symbol':
    case 'function':
    default:
      return {}
  }
}
