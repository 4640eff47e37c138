/**
 * Converts OTLP JSON to a form that is easy to assert on: attributes as plain objects, times in milliseconds, spans,
 * records and data points in one flat list. Invalid and missing parts are left out.
 */
import { isRecord } from '../wire/protocol/validate.js'

/** Attributes by name. */
export type Attributes = Readonly<Record<string, unknown>>

/** A span that a worker exported. Times in milliseconds since 1970. */
export interface CapturedSpan {
  /** Name of the span. */
  readonly name: string
  /** The trace, as 32 hexadecimal digits. */
  readonly traceId: string
  /** The span, as 16 hexadecimal digits. */
  readonly spanId: string
  /** The parent; `undefined` for the root of a trace. */
  readonly parentSpanId: string | undefined
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number | undefined
  /** When the span started. */
  readonly startMs: number
  /** 0 while the span runs; only programs with live spans send such spans. */
  readonly endMs: number
  /** Attributes of the span. */
  readonly attributes: Attributes
  /** Events of the span, in order. */
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[]
  /** 0 unset, 1 ok, 2 error. */
  readonly status: { readonly code: number; readonly message: string | undefined }
  /** Attributes of the process that sent it. */
  readonly resource: Attributes
}

/** A log record that a worker exported. */
export interface CapturedLog {
  /** The message. */
  readonly body: unknown
  /** The severity as text, such as `INFO`. */
  readonly severity: string | undefined
  /** When the record was made, in milliseconds since 1970. */
  readonly timeMs: number
  /** The trace it belongs to, if any. */
  readonly traceId: string | undefined
  /** The span it belongs to, if any. */
  readonly spanId: string | undefined
  /** Attributes of the record. */
  readonly attributes: Attributes
  /** Attributes of the process that sent it. */
  readonly resource: Attributes
}

/** A data point that a worker exported. */
export interface CapturedMetric {
  /** Name of the metric. */
  readonly name: string
  /** Unit of the metric. */
  readonly unit: string | undefined
  /** The value of a gauge or a counter; the sum of a histogram. */
  readonly value: number | undefined
  /** Number of measurements in a histogram. */
  readonly count: number | undefined
  /** When the point was taken, in milliseconds since 1970. */
  readonly timeMs: number
  /** Attributes of the point. */
  readonly attributes: Attributes
  /** Attributes of the process that sent it. */
  readonly resource: Attributes
}

export function spansOf(payload: unknown): CapturedSpan[] {
  return scoped(payload, ['resourceSpans', 'scopeSpans', 'spans']).map(({ item, resource }) => ({
    name: text(item['name']) ?? '',
    traceId: text(item['traceId']) ?? '',
    spanId: text(item['spanId']) ?? '',
    parentSpanId: text(item['parentSpanId']),
    kind: number(item['kind']),
    startMs: milliseconds(item['startTimeUnixNano']),
    endMs: milliseconds(item['endTimeUnixNano']),
    attributes: attributesOf(item),
    events: records(item['events']).map((event) => ({
      name: text(event['name']) ?? '',
      attributes: attributesOf(event),
    })),
    status: statusOf(item['status']),
    resource,
  }))
}

export function logsOf(payload: unknown): CapturedLog[] {
  return scoped(payload, ['resourceLogs', 'scopeLogs', 'logRecords']).map(({ item, resource }) => ({
    body: anyValue(item['body']),
    severity: text(item['severityText']),
    timeMs: milliseconds(item['timeUnixNano'] ?? item['observedTimeUnixNano']),
    traceId: text(item['traceId']),
    spanId: text(item['spanId']),
    attributes: attributesOf(item),
    resource,
  }))
}

export function metricsOf(payload: unknown): CapturedMetric[] {
  return scoped(payload, ['resourceMetrics', 'scopeMetrics', 'metrics']).flatMap(({ item, resource }) =>
    ['gauge', 'sum', 'histogram', 'exponentialHistogram'].flatMap((kind) => {
      const data = item[kind]
      return records(isRecord(data) ? data['dataPoints'] : undefined).map((point) => ({
        name: text(item['name']) ?? '',
        unit: text(item['unit']),
        value: number(point['asDouble'] ?? point['asInt'] ?? point['sum']),
        count: number(point['count']),
        timeMs: milliseconds(point['timeUnixNano']),
        attributes: attributesOf(point),
        resource,
      }))
    }),
  )
}

type Json = Readonly<Record<string, unknown>>

/** The items of a payload with the resource they belong to. */
function scoped(payload: unknown, [resources, scopes, items]: readonly [string, string, string]): Scoped[] {
  return records(isRecord(payload) ? payload[resources] : undefined).flatMap((entry) => {
    const resource = isRecord(entry['resource']) ? attributesOf(entry['resource']) : {}
    return records(entry[scopes]).flatMap((scope) => records(scope[items]).map((item) => ({ item, resource })))
  })
}

interface Scoped {
  readonly item: Json
  readonly resource: Attributes
}

function statusOf(value: unknown): CapturedSpan['status'] {
  const status = isRecord(value) ? value : {}
  return { code: number(status['code']) ?? 0, message: text(status['message']) }
}

function attributesOf(owner: Json): Attributes {
  return pairs(owner['attributes'])
}

function pairs(value: unknown): Attributes {
  return Object.fromEntries(records(value).map((pair) => [text(pair['key']) ?? '', anyValue(pair['value'])]))
}

function anyValue(value: unknown): unknown {
  if (!isRecord(value)) return undefined
  const { arrayValue, kvlistValue, intValue } = value
  if (isRecord(arrayValue)) return records(arrayValue['values']).map(anyValue)
  if (isRecord(kvlistValue)) return pairs(kvlistValue['values'])
  return value['stringValue'] ?? value['boolValue'] ?? value['doubleValue'] ?? number(intValue) ?? value['bytesValue']
}

function records(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** OTLP writes 64-bit numbers as text. */
function number(value: unknown): number | undefined {
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? Number(value) : undefined
}

function milliseconds(nanoseconds: unknown): number {
  // To the microsecond: nanoseconds since 1970 exceed the precision of a number, and a whole millisecond must stay one.
  return Math.round((number(nanoseconds) ?? 0) / 1e3) / 1e3
}
