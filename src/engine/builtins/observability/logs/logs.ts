/**
 * Stores the log records of all workers and of the engine. The oldest are dropped when a limit is exceeded. Subscribers
 * are notified of each record.
 */
import { Emitter, type Unsubscribe } from '../../../../std/async/emitter.js'
import type { EngineHost } from '../../builtin.js'
import type { EventLevel } from '../../../engine-events.js'
import { severities, type LogRecord } from './log-record.js'
import type { LogsConfig } from '../observability-config.js'
import { Retained, type RetentionCaps } from '../retained.js'

/** Maximum characters of all records together. */
const MAX_WEIGHT = 16 * 1024 * 1024

export class Logs {
  readonly #host: EngineHost
  #config: LogsConfig
  readonly #records: Retained<LogRecord>
  readonly #added: Emitter<LogRecord>

  constructor(host: EngineHost, config: LogsConfig) {
    this.#host = host
    this.#config = config
    this.#records = new Retained(capsOf(config))
    this.#added = new Emitter((error) => {
      host.log.error({ error }, 'A subscriber of log records failed')
    })
  }

  reconfigure(config: LogsConfig): void {
    this.#config = config
    this.#records.limit(capsOf(config), this.#host.clock.now())
  }

  get size(): number {
    return this.#records.size
  }

  /** Log records dropped for newer ones. */
  get dropped(): number {
    return this.#records.dropped
  }

  /** Notifies a subscriber of every record that is kept. */
  onAdded(listener: (record: LogRecord) => void): Unsubscribe {
    return this.#added.on(listener)
  }

  /** Keeps a record of a worker and prints it, unless logs are disabled or sampling drops it. */
  add(record: LogRecord): void {
    if (!this.#takes()) return
    this.#store(record)
    if (this.#config.echo) this.#echo(record)
    this.#added.emit(record)
  }

  /** Keeps a record of the engine, which has been printed; `notifies` whether subscribers receive it. */
  keep(record: LogRecord, notifies: boolean): void {
    if (!this.#takes()) return
    this.#store(record)
    if (notifies) this.#added.emit(record)
  }

  /** Records, newest first. */
  newestFirst(): LogRecord[] {
    this.#records.expire(this.#host.clock.now())
    return this.#records.items().reverse()
  }

  clear(): void {
    this.#records.clear()
  }

  #store(record: LogRecord): void {
    if (this.#config.isKept) this.#records.add(record, this.#host.clock.now())
  }

  #takes(): boolean {
    const { enabled, samplingRatio } = this.#config
    return enabled && (samplingRatio >= 1 || this.#host.random.next() < samplingRatio)
  }

  #echo(record: LogRecord): void {
    const { severity_number, service_name: service, attributes, trace_id: traceId, body: message } = record
    this.#host.emit({ kind: 'worker_log', level: levelOf(severity_number), message, service, traceId, attributes })
  }
}

function capsOf({ maxItems, retentionMs: maxAgeMs }: LogsConfig): RetentionCaps {
  return { maxItems, maxWeight: MAX_WEIGHT, maxAgeMs }
}

/** A severity without a number counts as `debug`. */
function levelOf(severity: number): EventLevel {
  if (severity >= severities.error) return 'error'
  if (severity >= severities.warn) return 'warn'
  return severity >= severities.info ? 'info' : 'debug'
}
