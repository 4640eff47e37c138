/**
 * The telemetry that workers sent, as flat lists. Bounded; the oldest go first.
 */
import type { Log } from '../std/log.js'
import { logsOf, metricsOf, spansOf, type CapturedLog, type CapturedMetric, type CapturedSpan } from './otlp.js'

/** Spans, log records and data points kept, each. */
const MAX_KEPT = 20_000
const PREFIX_BYTES = 4

export class TelemetryCapture {
  readonly #log: Log
  readonly #spans: CapturedSpan[] = []
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
      this.#log.warn({ error }, 'A frame of telemetry is not JSON and was not captured')
      return
    }
    const prefix = bytes.toString('latin1', 0, PREFIX_BYTES)
    if (prefix === 'OTLP') keep(this.#spans, spansOf(payload))
    else if (prefix === 'LOGS') keep(this.#logs, logsOf(payload))
    else keep(this.#metrics, metricsOf(payload))
  }
}

function keep<T>(kept: T[], added: readonly T[]): void {
  for (const item of added) kept.push(item)
  if (kept.length > MAX_KEPT) kept.splice(0, kept.length - MAX_KEPT)
}
