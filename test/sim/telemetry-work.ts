/**
 * Telemetry of simulated workers: what they make of it, and what is in the frames that they send. The time stamps are
 * those of this machine, so frames are traced by their length.
 */
import { isTelemetry } from '../../src/engine/links/telemetry-prefix.js'
import type { SimProcess } from './schedule.js'
import type { SimWorker } from './sim-worker.js'

/** Spans and lines of one worker, by their ids. */
export interface TelemetryRecord {
  /** Spans and lines of its own; one more span comes with each handler. */
  made: number
  /** Whether some were made after the shutdown began: those may never be sent. */
  hasLate: boolean
  readonly sent: string[]
  readonly read: string[]
}

export class TelemetryNotes {
  readonly records = new Map<SimProcess, TelemetryRecord>()

  /** Makes spans and lines of a log. */
  make(
    { process, worker, isEnding }: SimWorker,
    { spans, lines }: { readonly spans: number; readonly lines: number },
  ): void {
    const record = this.#recordOf(process)
    const { tracer, logger } = worker.telemetry
    for (let number = 0; number < spans; number++) tracer?.startSpan('work').end()
    for (let number = 0; number < lines; number++) logger?.emit({ body: `line ${record.made + number}` })
    // Once a worker's telemetry has ended there is none to make them with.
    record.made += (tracer === null ? 0 : spans) + (logger === null ? 0 : lines)
    record.hasLate ||= isEnding
  }

  /** Records the content of a frame that a worker sent or the engine read. */
  note(process: SimProcess, what: 'sent' | 'read', frame: string | Uint8Array): void {
    if (typeof frame === 'string' || !isTelemetry(frame)) return
    this.#recordOf(process)[what].push(...idsIn(frame))
  }

  #recordOf(process: SimProcess): TelemetryRecord {
    const known = this.records.get(process) ?? { made: 0, hasLate: false, sent: [], read: [] }
    this.records.set(process, known)
    return known
  }
}

interface Otlp {
  readonly resourceSpans?: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly { spanId: string }[] }[]
  }[]
  readonly resourceLogs?: readonly {
    readonly scopeLogs: readonly { readonly logRecords: readonly { body: { stringValue: string } }[] }[]
  }[]
}

/** Ids of the spans, and texts of the lines, in a frame. */
function idsIn(frame: Uint8Array): string[] {
  const { resourceSpans = [], resourceLogs = [] } = JSON.parse(Buffer.from(frame.subarray(4)).toString('utf8')) as Otlp
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
  const lines = resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap((scope) => scope.logRecords))
  return [...spans.map(({ spanId }) => spanId), ...lines.map(({ body }) => body.stringValue)]
}
