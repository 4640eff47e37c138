/**
 * Handles binary telemetry frames of workers: a prefix of four characters that names the signal, then OTLP/JSON. An
 * unreadable frame, or the invalid part of a frame, is logged, counted and dropped. Frames are never answered.
 */
import { assertNever } from '../../../std/assert-never.js'
import { messageOf } from '../../../std/text/describe.js'
import type { Log } from '../../../std/log.js'
import { findJsonFault, JSON_FAULTS } from '../../../std/json/json-scan.js'
import { ENGINE_JSON } from '../../../wire/protocol/limits.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import type { LogRecord } from './logs/log-record.js'
import { metricsIn, type MetricRow } from './metrics/metric-row.js'
import { logsIn } from './logs/otlp-logs.js'
import type { OtlpObject } from './otlp-value.js'
import { spansIn, type SpanRow } from './traces/span-row.js'

/** The stores that receive the data. */
export interface TelemetrySinks {
  readonly span: (span: SpanRow) => void
  readonly log: (record: LogRecord) => void
  /** `workerId` is the worker that sent it, if known. */
  readonly metric: (metric: MetricRow, workerId: string | undefined) => void
  /** A readable frame as it arrived, with the number of its valid items. */
  readonly frame: (signal: Signal, frame: Uint8Array, items: number) => void
}

const PREFIX_BYTES = 4
/** Maximum values in one frame: about ten times those of a full batch. */
const MAX_VALUES = 100_000

type Signal = 'OTLP' | 'MTRC' | 'LOGS'

export class TelemetryIntake {
  readonly #log: Log
  readonly #sinks: TelemetrySinks
  #malformedFrames = 0
  #malformedItems = 0

  constructor(log: Log, sinks: TelemetrySinks) {
    this.#log = log
    this.#sinks = sinks
  }

  /** Frames that could not be parsed. */
  get malformedFrames(): number {
    return this.#malformedFrames
  }

  /** Spans without valid ids and metrics without a name or a known kind, in readable frames. */
  get malformedItems(): number {
    return this.#malformedItems
  }

  /** Handles one frame; never throws, whatever it contains. */
  take(frame: Uint8Array, workerId: string | undefined): void {
    const text = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength)
    const signal = text.toString('latin1', 0, PREFIX_BYTES)
    let content: unknown
    try {
      const json = readable(text.toString('utf8', PREFIX_BYTES))
      if (findJsonFault(json, { maxNodes: MAX_VALUES }) !== undefined)
        throw new TypeError(`it has more than ${MAX_VALUES} values`)
      content = JSON.parse(json)
      if (!isRecord(content)) throw new TypeError('it is not a JSON object')
      const items = this.#distribute(signal as Signal, content, workerId)
      this.#sinks.frame(signal as Signal, frame, items)
    } catch (error) {
      this.#malformedFrames += 1
      const fields = { signal, workerId, bytes: frame.byteLength, reason: messageOf(error).slice(0, MAX_REASON) }
      this.#log.warn(fields, 'A telemetry frame could not be parsed and was dropped')
    }
  }

  /** Returns the number of valid items. */
  #distribute(signal: Signal, content: OtlpObject, workerId: string | undefined): number {
    switch (signal) {
      case 'OTLP':
        return this.#each(spansIn(content), this.#sinks.span)
      case 'LOGS':
        return this.#each(logsIn(content), this.#sinks.log)
      case 'MTRC':
        return this.#each(metricsIn(content), (metric) => this.#sinks.metric(metric, workerId))
      default:
        return assertNever(signal)
    }
  }

  /** Passes valid items on; returns their number. */
  #each<T>(items: Iterable<T | undefined>, take: (item: T) => void): number {
    let valid = 0
    for (const item of items) {
      if (item === undefined) this.#malformedItems += 1
      else {
        valid += 1
        take(item)
      }
    }
    return valid
  }
}

/** The message of a parser may quote the frame. */
const MAX_REASON = 200

/** Text that the distributed engine can read, too. */
function readable(json: string): string {
  const fault = findJsonFault(json, ENGINE_JSON)
  if (fault !== undefined) throw new TypeError(`it holds ${JSON_FAULTS[fault]}`)
  return json
}
