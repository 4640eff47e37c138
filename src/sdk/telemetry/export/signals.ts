/**
 * Serialises the three signals for the engine: a prefix of four characters that names the signal, then OTLP as JSON, in
 * one binary message. The serialiser of OpenTelemetry writes the JSON. Knows nothing of sockets and batches.
 */
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { withoutLoneSurrogates } from '../../../std/json/json-scan.js'
import { pathBelow } from '../../../std/json/walk.js'
import { MAX_DATA_LEVELS, toLogValue } from '../logs/log-value.js'
import { otelTransformer } from '../otel-modules.js'

/** The signal of a message: spans, metrics or log records. */
export type OtelPrefix = 'OTLP' | 'MTRC' | 'LOGS'

/** One telemetry message before it becomes a frame. */
export type OtelMessage = { readonly prefix: OtelPrefix; readonly data: Uint8Array }

/** Serialisation of one signal. */
export interface Signal<Batch> {
  /** The first four characters of a frame of this kind. */
  readonly prefix: OtelPrefix
  /** Number of spans, records or data points in a batch. */
  count(batch: Batch): number
  /** OTLP JSON as UTF-8. */
  serialize(batch: Batch): Uint8Array
  /** A batch in two halves, to find the item that cannot be serialised; `undefined` if it cannot be split. */
  halves(batch: Batch): readonly [Batch, Batch] | undefined
}

function halvesOf<T>(items: readonly T[]): readonly [T[], T[]] | undefined {
  const middle = items.length >> 1
  return middle === 0 ? undefined : [items.slice(0, middle), items.slice(middle)]
}

export const spansSignal: Signal<ReadableSpan[]> = {
  prefix: 'OTLP',
  count: (spans) => spans.length,
  serialize: (spans) => otelTransformer().JsonTraceSerializer.serializeRequest(spans) ?? new Uint8Array(),
  halves: halvesOf,
}

export const logsSignal: Signal<ReadableLogRecord[]> = {
  prefix: 'LOGS',
  count: (records) => records.length,
  serialize: (records) =>
    otelTransformer().JsonLogsSerializer.serializeRequest(records.map(withReadableDepth)) ?? new Uint8Array(),
  halves: halvesOf,
}

export const metricsSignal: Signal<ResourceMetrics> = {
  prefix: 'MTRC',
  count: ({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) => metrics).reduce((sum, { dataPoints }) => sum + dataPoints.length, 0),
  serialize: (metrics) => otelTransformer().JsonMetricsSerializer.serializeRequest(metrics) ?? new Uint8Array(),
  halves: () => undefined,
}

/** Attributes of a span are flat. Those of a log record may nest, and are cut at the depth that the engine can read. */
function withReadableDepth(record: ReadableLogRecord): ReadableLogRecord {
  const { attributes, body } = record
  if (pathBelow({ attributes, body }, MAX_DATA_LEVELS + 2) === undefined) return record
  const cut = { attributes: { value: toLogValue(attributes) }, body: { value: toLogValue(body) } }
  // The serialiser reads the members of a record, so the two own members hide those of the original record.
  return Object.create(record, cut) as ReadableLogRecord
}

const PREFIX_BYTES = 4

/** The binary frame of a message, in a form that the engine can read. */
export function telemetryFrame({ prefix, data }: OtelMessage): Uint8Array {
  const json = readable(Buffer.from(data.buffer, data.byteOffset, data.byteLength))
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + json.byteLength)
  frame.write(prefix, 'latin1')
  frame.set(json, PREFIX_BYTES)
  return frame
}

/** A number without a JSON form. Within a string its quotes would be escaped. */
const NO_NUMBER = '"doubleValue":null'

/** One unreadable item would lose its batch. Two searches show that there is none. */
function readable(json: Buffer): Buffer {
  if (!json.includes('\\ud') && !json.includes(NO_NUMBER)) return json
  const text = withoutLoneSurrogates(json.toString('utf8'))
  return Buffer.from(text.replaceAll(NO_NUMBER, '"stringValue":"NaN"'))
}
