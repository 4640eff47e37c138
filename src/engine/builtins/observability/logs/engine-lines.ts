/**
 * Keeps the log lines of the engine itself as log records, which fire `log` triggers like those of workers. Lines that
 * such a trigger causes fire none, so that they cannot loop: failures within the trace of its call, and lines that are
 * written while another one is handled. Debug lines are left out.
 */
import { packageVersion } from '../../../../version.js'
import type { EngineHost } from '../../builtin.js'
import { logLineOf, type EngineEvent, type LogLine } from '../../../engine-events.js'
import { parseTraceparent } from '../../../calls/trace-headers.js'
import { epochNanos } from '../otlp-value.js'
import type { CurrentSettings } from '../observability-config.js'
import { severities, type LogRecord } from './log-record.js'
import type { Logs } from './logs.js'

/** Lines per second that fire triggers, in case a handler outside any trace causes further lines. */
const MAX_FIRING_LINES = 100
const SECOND_MS = 1_000

export class EngineLines {
  readonly #host: EngineHost
  readonly #current: Readonly<CurrentSettings>
  readonly #keep: Logs['keep']
  #isBusy = false
  #windowEndsAt = -Infinity
  #linesInWindow = 0

  constructor(host: EngineHost, current: Readonly<CurrentSettings>, keep: Logs['keep']) {
    this.#host = host
    this.#current = current
    this.#keep = keep
  }

  take(event: EngineEvent): void {
    const line = logLineOf(event)
    // Records of workers are kept already, and printed as this kind of event.
    if (event.kind === 'worker_log' || line.level === 'debug') return
    const fires = !this.#isBusy && !isOfTelemetry(event) && this.#mayFire()
    const wasBusy = this.#isBusy
    this.#isBusy = true
    try {
      this.#keep(this.#recordOf(line), fires)
    } finally {
      this.#isBusy = wasBusy
    }
  }

  #mayFire(): boolean {
    const now = this.#host.clock.now()
    if (now >= this.#windowEndsAt) {
      this.#windowEndsAt = now + SECOND_MS
      this.#linesInWindow = 0
    }
    this.#linesInWindow += 1
    return this.#linesInWindow <= MAX_FIRING_LINES
  }

  #recordOf({ level, fields, message }: LogLine): LogRecord {
    const { traceparent, ...attributes } = fields as { readonly traceparent?: unknown }
    const trace = parseTraceparent(typeof traceparent === 'string' ? traceparent : undefined)
    const nowNanos = epochNanos(this.#host.clock)
    const { name } = this.#current.settings.service
    return {
      timestamp_unix_nano: nowNanos,
      observed_timestamp_unix_nano: nowNanos,
      severity_number: severities[level],
      severity_text: level.toUpperCase(),
      body: message,
      attributes: plain(attributes),
      ...(trace === undefined ? {} : { trace_id: trace.traceId, span_id: trace.spanId }),
      resource: { 'service.name': name },
      service_name: name,
      instrumentation_scope_name: 'iii',
      instrumentation_scope_version: packageVersion,
    }
  }
}

/** Whether a line is about a trigger of telemetry, which would fire again for it. */
function isOfTelemetry(event: EngineEvent): boolean {
  return event.kind === 'trigger_failed' && (event.triggerType === 'log' || event.triggerType === 'trace')
}

/** The fields as JSON; of an error, its message. */
function plain(fields: object): Record<string, unknown> {
  try {
    const text = JSON.stringify(fields, (_key, value: unknown) => (value instanceof Error ? value.message : value))
    // The text of an object is one.
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
