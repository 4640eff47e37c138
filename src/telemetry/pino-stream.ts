/**
 * Where a pino logger can write so that its lines reach the engine as log records, with the ids of the running span.
 * pino writes in the turn of the call, so the running context is the caller's. Level, time and fields survive.
 */
import type { SeverityNumber } from '@opentelemetry/api-logs'
import { isRecord } from '../protocol/validate.js'
import { checkOptions, checkText } from './argument.js'
import { currentTelemetry } from './active-telemetry.js'
import { toLogValue } from './log-value.js'
import { otelApi, otelApiLogs } from './otel-modules.js'

/** A destination as pino takes them. */
export interface PinoStream {
  write(line: string): void
}

/** How pino names its messages and fields, when it was told to do so in its own way. */
export type PinoStreamOptions = {
  /** Default `msg`. */
  messageKey?: string
}

type SeverityText = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL'

/** Ten levels of pino's are one of ours. */
const LEVELS: readonly (readonly [number, SeverityText])[] = [
  [60, 'FATAL'],
  [50, 'ERROR'],
  [40, 'WARN'],
  [30, 'INFO'],
  [20, 'DEBUG'],
]

/**
 * Makes a destination for pino.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for options that are none.
 * @example
 * const logger = pino({}, pino.multistream([process.stdout, { stream: createPinoStream() }]))
 */
export function createPinoStream(options: PinoStreamOptions = {}): PinoStream {
  checkOptions('options', options)
  checkText('options.messageKey', options.messageKey)
  const { messageKey = 'msg' } = options
  return {
    write(line) {
      const logger = currentTelemetry()?.logger
      const fields = logger === undefined ? undefined : parsed(line)
      if (logger === undefined || fields === undefined) return
      const { level, time, pid: _pid, hostname: _hostname, [messageKey]: message, ...data } = fields
      const severity = severityOf(level)
      logger.emit({
        ...severity,
        body: typeof message === 'string' ? message : '',
        attributes: { ...ids(), ...(Object.keys(data).length === 0 ? {} : { 'log.data': toLogValue(data) }) },
        ...(typeof time === 'number' ? { timestamp: time } : {}),
      })
    },
  }
}

function severityOf(level: unknown): { readonly severityNumber: SeverityNumber; readonly severityText: SeverityText } {
  const { SeverityNumber } = otelApiLogs()
  const byName = typeof level === 'string' ? level.toUpperCase() : undefined
  const found = LEVELS.find(([least, name]) => name === byName || (typeof level === 'number' && level >= least))
  const severityText = found?.[1] ?? 'TRACE'
  return { severityNumber: SeverityNumber[severityText], severityText }
}

function ids(): { readonly trace_id?: string; readonly span_id?: string } {
  const { context, trace } = otelApi()
  const running = trace.getSpanContext(context.active())
  return running === undefined ? {} : { trace_id: running.traceId, span_id: running.spanId }
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isRecord(value) ? value : undefined
  } catch {
    // Not one of pino's lines.
    return undefined
  }
}
