/**
 * OpenTelemetry processors for spans and log records: ended spans and records are batched, and batches go to an
 * exporter.
 */
import type { Attributes } from '@opentelemetry/api'
import type { LogRecordProcessor, ReadableLogRecord } from '@opentelemetry/sdk-logs'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { Clock } from '../../../std/time/clock.js'
import { Batch } from './batch.js'
import { exportBatch } from './exporter.js'
import { logsSignal, spansSignal } from './signals.js'
import type { FrameSink } from './telemetry-outbox.js'

export interface ProcessorPorts {
  readonly clock: Clock
  readonly sink: FrameSink
}

/** Spans per frame: many enough to share the resource, few enough to serialise quickly and stay in the cache. */
export const SPANS_PER_FRAME = 64

/** Payload text after which a batch is sent early, so that large payloads do not accumulate. */
const BYTES_PER_FRAME = 512 * 1024

const SAMPLED = 1

/** A processor that can also flush synchronously. */
export type Flushable<P> = P & { flush(): void }

export function spanBatchProcessor({ clock, sink }: ProcessorPorts, delayMs: number): Flushable<SpanProcessor> {
  const batch = new Batch<ReadableSpan>({
    clock,
    delayMs,
    maxItems: SPANS_PER_FRAME,
    maxBytes: BYTES_PER_FRAME,
    weigh: spanBytes,
    deliver: (spans) => exportBatch(spansSignal, sink, spans),
  })
  return {
    onStart: () => undefined,
    onEnd: (span) => {
      if ((span.spanContext().traceFlags & SAMPLED) !== 0) batch.add(span)
    },
    ...flushing(batch),
  }
}

export function logBatchProcessor(
  { clock, sink }: ProcessorPorts,
  { delayMs, maxItems }: { readonly delayMs: number; readonly maxItems: number },
): Flushable<LogRecordProcessor> {
  const batch = new Batch<ReadableLogRecord>({
    clock,
    delayMs,
    maxItems,
    maxBytes: BYTES_PER_FRAME,
    weigh: ({ body }) => (typeof body === 'string' ? body.length : 0),
    deliver: (records) => exportBatch(logsSignal, sink, records),
  })
  return {
    onEmit: (record) => {
      batch.add(record)
    },
    ...flushing(batch),
  }
}

function flushing<T>(batch: Batch<T>): { flush(): void; forceFlush(): Promise<void>; shutdown(): Promise<void> } {
  const flush = (): void => {
    batch.flush()
  }
  const settled = (): Promise<void> => {
    batch.flush()
    return Promise.resolve()
  }
  return { flush, forceFlush: settled, shutdown: settled }
}

/** The size of a span is that of its texts: payloads in its events, and attributes of users. */
function spanBytes({ attributes, events }: ReadableSpan): number {
  let bytes = textBytes(attributes)
  for (const event of events) bytes += textBytes(event.attributes)
  return bytes
}

function textBytes(attributes: Attributes | undefined): number {
  let bytes = 0
  for (const key in attributes) {
    const value = attributes[key]
    if (typeof value === 'string') bytes += value.length
  }
  return bytes
}
