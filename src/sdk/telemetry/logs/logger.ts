/**
 * The public logger: each line becomes a log record of the running worker, with the ids of the running span. Without
 * telemetry a line goes to a sink, the console by default. Structured data is kept, not converted to text.
 */
import type { Context } from '@opentelemetry/api'
import type { AnyValueMap } from '@opentelemetry/api-logs'
import { isRecord } from '../../../wire/protocol/validate.js'
import { messageOf } from '../../../std/text/describe.js'
import { handleRejection } from '../../../std/async/deferred.js'
import { currentTelemetry, isLive } from '../active-telemetry.js'
import { checkKind, checkOptions } from '../setting.js'
import { toLogValue } from './log-value.js'
import { otelApi, otelApiLogs } from '../otel-modules.js'
import type { Telemetry } from '../telemetry.js'

/** Receives lines when there is no telemetry. pino loggers can be passed unchanged. */
export interface LoggerSink {
  /** Writes a line of level debug. */
  debug(fields: object, message: string): void
  /** Writes a line of level info. */
  info(fields: object, message: string): void
  /** Writes a line of level warn. */
  warn(fields: object, message: string): void
  /** Writes a line of level error. */
  error(fields: object, message: string): void
}

type Level = keyof LoggerSink
const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error']

/** Telemetry of a worker and context of a handler, for a logger that belongs to them; nothing if it is disabled. */
export type LoggerOwner = { readonly telemetry: Telemetry; readonly context: Context } | undefined

let sink: LoggerSink | undefined
let hasSinkFailed = false
let ownedLogger: (owner: LoggerOwner, serviceName: string) => Logger

/**
 * Writes log records with the ids of the running span. Without telemetry, lines go to the console or to the sink of
 * `setSink`.
 */
export class Logger {
  readonly #traceId: string | undefined
  readonly #serviceName: string | undefined
  readonly #spanId: string | undefined
  #fields: object | undefined
  /** `null` for loggers that use the telemetry of the running code. */
  #owner: LoggerOwner | null = null

  static {
    ownedLogger = (owner, serviceName) => {
      const logger = new Logger(undefined, serviceName)
      logger.#owner = owner
      return logger
    }
  }

  /**
   * All arguments are optional: ids default to those of the running span.
   * @param serviceName a label for the records, for example the id of the function.
   */
  constructor(traceId?: string, serviceName?: string, spanId?: string) {
    this.#traceId = traceId
    this.#serviceName = serviceName
    this.#spanId = spanId
  }

  /**
   * Replaces the console for lines that telemetry does not receive; `undefined` restores it. If a sink throws, the line
   * is lost; the first time, the process emits a warning.
   * @throws {RuntimeError} `INVALID_ARGUMENT` for a sink that lacks a level.
   */
  static setSink(next: LoggerSink | undefined): void {
    if (next !== undefined) {
      for (const level of LEVELS)
        checkKind('sink', `an object with the method ${level}`, { value: next, method: level })
    }
    sink = next
    hasSinkFailed = false
  }

  /** Writes a record of level debug; `data` becomes its attributes. */
  debug(message: string, data?: unknown): void {
    this.#emit('debug', message, data)
  }

  /** Writes a record of level info; `data` becomes its attributes. */
  info(message: string, data?: unknown): void {
    this.#emit('info', message, data)
  }

  /** Writes a record of level warn; `data` becomes its attributes. */
  warn(message: string, data?: unknown): void {
    this.#emit('warn', message, data)
  }

  /** Writes a record of level error; `data` becomes its attributes. */
  error(message: string, data?: unknown): void {
    this.#emit('error', message, data)
  }

  /** A logger that adds fields to the data of each line; fields of the line take precedence. */
  child(fields: object): Logger {
    checkOptions('fields', fields)
    const child = new Logger(this.#traceId, this.#serviceName, this.#spanId)
    child.#owner = this.#owner
    child.#fields = { ...this.#fields, ...fields }
    return child
  }

  #emit(level: Level, message: string, data: unknown): void {
    const merged = this.#withFields(data)
    const telemetry = this.#telemetry()
    if (telemetry?.logger === undefined) {
      fallBack(level, message, merged)
      return
    }
    const context = this.#context()
    const attributes = this.#attributes(context, merged)
    const severityText = level.toUpperCase() as Uppercase<Level>
    const severityNumber = otelApiLogs().SeverityNumber[severityText]
    telemetry.logger.emit({ severityNumber, severityText, body: message, attributes, context })
  }

  #telemetry(): Telemetry | undefined {
    if (this.#owner === null) return currentTelemetry()
    return this.#owner !== undefined && isLive(this.#owner.telemetry) ? this.#owner.telemetry : undefined
  }

  #withFields(data: unknown): unknown {
    if (this.#fields === undefined) return data
    if (data === undefined) return this.#fields
    if (!isRecord(data) || data instanceof Error) return { ...this.#fields, data }
    try {
      return { ...this.#fields, ...data }
    } catch {
      // A getter threw; readable members are shown below.
      return { ...this.#fields, data }
    }
  }

  /** The running context; ids passed to the constructor act like a running span. */
  #context(): Context {
    const { context, isValidSpanId, isValidTraceId, trace, TraceFlags } = otelApi()
    const active = context.active()
    const running = trace.getSpanContext(active) === undefined ? (this.#owner?.context ?? active) : active
    const [traceId, spanId] = [this.#traceId, this.#spanId]
    if (traceId === undefined || spanId === undefined) return running
    if (!isValidTraceId(traceId) || !isValidSpanId(spanId)) return running
    return trace.setSpanContext(running, { traceId, spanId, traceFlags: TraceFlags.SAMPLED })
  }

  #attributes(context: Context, data: unknown): AnyValueMap {
    const running = otelApi().trace.getSpanContext(context)
    const attributes: AnyValueMap = {}
    const traceId = this.#traceId ?? running?.traceId
    const spanId = this.#spanId ?? running?.spanId
    if (traceId !== undefined) attributes['trace_id'] = traceId
    if (spanId !== undefined) attributes['span_id'] = spanId
    if (this.#serviceName !== undefined) attributes['service.name'] = this.#serviceName
    if (data !== undefined) attributes['log.data'] = toLogValue(data)
    return attributes
  }
}

/** A logger for one worker, and for the span of a handler when no other span runs. */
export function createOwnedLogger(owner: LoggerOwner, serviceName: string): Logger {
  return ownedLogger(owner, serviceName)
}

function fallBack(level: Level, message: string, data: unknown): void {
  if (sink === undefined) {
    // eslint-disable-next-line no-console -- the documented answer to a line when telemetry is off
    console[level](message, data)
    return
  }
  try {
    const write: (fields: object, message: string) => unknown = sink[level].bind(sink)
    handleRejection(write(isRecord(data) ? data : data === undefined ? {} : { data }, message), sinkFailed)
  } catch (error) {
    sinkFailed(error)
  }
}

/** A failed log line must not fail the work that wrote it. */
function sinkFailed(error: unknown): void {
  if (hasSinkFailed) return
  hasSinkFailed = true
  process.emitWarning(`A log sink failed and lost a line; further failures are not reported: ${messageOf(error)}`)
}
