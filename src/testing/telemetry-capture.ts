/**
 * The telemetry that workers sent, as flat lists. Bounded: when the limit is exceeded, the oldest items are dropped.
 */
import type { Log } from '../std/log.js'
import { logsOf, metricsOf, spansOf, type CapturedLog, type CapturedMetric, type CapturedSpan } from './otlp.js'

/** Maximum spans, log records and data points kept, each. */
const MAX_KEPT = 20_000
const PREFIX_BYTES = 4

export class TelemetryCapture {
  readonly #log: Log
  readonly #spans: CapturedSpan[] = []
  /** Ids of spans that have not ended yet. */
  readonly #running = new Set<string>()
  readonly #logs: CapturedLog[] = []
  readonly #metrics: CapturedMetric[] = []

  constructor(log: Log) {
    this.#log = log
  }

  spans(): readonly CapturedSpan[] {
    return [...this.#spans]
  }

  logs(): readonly CapturedLog[] {
    return [...this.#logs]
  }

  metrics(): readonly CapturedMetric[] {
    return [...this.#metrics]
  }

  readonly take = (frame: Uint8Array): void => {
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength)
    let payload: unknown
    try {
      payload = JSON.parse(bytes.toString('utf8', PREFIX_BYTES))
    } catch (error) {
      this.#log.warn({ error }, 'A telemetry frame is not JSON and was not captured')
      return
    }
    const prefix = bytes.toString('latin1', 0, PREFIX_BYTES)
    if (prefix === 'OTLP') this.#takeSpans(spansOf(payload))
    else if (prefix === 'LOGS') keep(this.#logs, logsOf(payload))
    else keep(this.#metrics, metricsOf(payload))
  }

  /** A span that was sent while it ran is replaced by the complete one. */
  #takeSpans(spans: readonly CapturedSpan[]): void {
    for (const span of spans) {
      const shown = this.#running.delete(span.spanId)
        ? this.#spans.findIndex(({ spanId }) => spanId === span.spanId)
        : -1
      if (shown >= 0) this.#spans.splice(shown, 1)
      if (span.endMs === 0) this.#running.add(span.spanId)
    }
    keep(this.#spans, spans)
    if (this.#running.size > MAX_KEPT) this.#running.clear()
  }
}

function keep<T>(kept: T[], added: readonly T[]): void {
  for (const item of added) kept.push(item)
  if (kept.length > MAX_KEPT) kept.splice(0, kept.length - MAX_KEPT)
}
