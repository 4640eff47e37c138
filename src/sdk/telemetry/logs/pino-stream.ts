/**
 * A destination for a pino logger whose lines reach the engine as log records, with the ids of the running span. pino
 * writes synchronously, so the running context is that of the caller. Level, time and fields are preserved.
 */
import type { SeverityNumber } from '@opentelemetry/api-logs'
import { isRecord } from '../../../wire/protocol/validate.js'
import { checkOptions, checkText } from '../setting.js'
import { currentTelemetry } from '../active-telemetry.js'
import { toLogValue } from './log-value.js'
import { otelApi, otelApiLogs } from '../otel-modules.js'
import { keysOf } from '../../../std/text/unknown-options.js'

/** A destination in the form that pino accepts. */
export interface PinoStream {
  /** Sends one line of JSON, as pino writes it, as a log record. */
  write(line: string): void
}

/** Names of messages and levels in pino, if the program has changed them. */
export type PinoStreamOptions = {
  /** Default: `msg`, else `message`. */
  messageKey?: string | undefined
  /** Default: `level`, else `severity` (Google Cloud), else `log.level` (ECS). */
  levelKey?: string | undefined
}

const OPTION_KEYS = keysOf<PinoStreamOptions>({ messageKey: true, levelKey: true })

type SeverityText = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL'

/** Ten levels of pino are one of OpenTelemetry. */
const LEVELS: readonly (readonly [number, SeverityText])[] = [
  [60, 'FATAL'],
  [50, 'ERROR'],
  [40, 'WARN'],
  [30, 'INFO'],
  [20, 'DEBUG'],
  [-Infinity, 'TRACE'],
]

/** Names of pino, Google Cloud and syslog. */
const NAMES: Readonly<Record<SeverityText, readonly string[]>> = {
  FATAL: ['fatal', 'critical', 'crit', 'alert', 'emergency', 'emerg', 'panic'],
  ERROR: ['error', 'err'],
  WARN: ['warn', 'warning'],
  INFO: ['info', 'notice', 'default'],
  DEBUG: ['debug'],
  TRACE: ['trace'],
}

const LEVEL_KEYS = ['level', 'severity', 'log.level'] as const
const TIME_KEYS = ['time', '@timestamp', 'timestamp'] as const
const MESSAGE_KEYS = ['msg', 'message'] as const

type Fields = Record<string, unknown>

/**
 * Creates a destination for pino.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for invalid options.
 * @example
 * const logger = pino({}, pino.multistream([process.stdout, { stream: createPinoStream() }]))
 */
export function createPinoStream(options: PinoStreamOptions = {}): PinoStream {
  checkOptions('createPinoStream options', options, OPTION_KEYS)
  const { messageKey, levelKey } = options
  checkText('options.messageKey', messageKey)
  checkText('options.levelKey', levelKey)
  const messageKeys = messageKey === undefined ? MESSAGE_KEYS : [messageKey]
  const levelKeys = levelKey === undefined ? LEVEL_KEYS : [levelKey, ...LEVEL_KEYS]
  return {
    write(line) {
      const logger = currentTelemetry()?.logger
      const fields = logger === undefined ? undefined : parsed(line)
      if (logger === undefined || fields === undefined) return
      const timestamp = taken(fields, TIME_KEYS, timeOf)
      const severity = severityOf(taken(fields, levelKeys, levelOf) ?? withoutLevel(fields))
      const body = taken(fields, messageKeys, (value) => (typeof value === 'string' ? value : undefined)) ?? ''
      const { pid: _pid, hostname: _hostname, ...data } = fields
      logger.emit({
        ...severity,
        body,
        attributes: { ...ids(), ...(Object.keys(data).length === 0 ? {} : { 'log.data': toLogValue(data) }) },
        ...(timestamp === undefined ? {} : { timestamp }),
      })
    },
  }
}

/** Removes the first field that can be parsed, and returns its meaning. */
function taken<T>(fields: Fields, keys: readonly string[], read: (value: unknown) => T | undefined): T | undefined {
  for (const key of keys) {
    const meaning = read(fields[key])
    if (meaning === undefined) continue
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the object was parsed for this line alone
    delete fields[key]
    return meaning
  }
  return undefined
}

function levelOf(value: unknown): SeverityText | undefined {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : undefined
  const number = typeof value === 'number' ? value : text === undefined || text === '' ? Number.NaN : Number(text)
  if (!Number.isNaN(number)) return LEVELS.find(([least]) => number >= least)?.[1]
  return LEVELS.find(([, name]) => NAMES[name].includes(text ?? ''))?.[1]
}

/** The level of a line with a custom level of the program. */
function withoutLevel({ log, err, error }: Fields): SeverityText {
  const nested = isRecord(log) ? levelOf(log['level']) : undefined
  return nested ?? (isRecord(err) || isRecord(error) ? 'ERROR' : 'INFO')
}

function severityOf(severityText: SeverityText): {
  readonly severityNumber: SeverityNumber
  readonly severityText: SeverityText
} {
  return { severityNumber: otelApiLogs().SeverityNumber[severityText], severityText }
}

/** Seconds, milliseconds, microseconds and nanoseconds, as milliseconds. */
const UNITS_MS = [1e3, 1, 1e-3, 1e-6] as const

/** A number outside these years in every unit is not a time. */
const YEAR_2000_MS = Date.UTC(2000)
const YEAR_2100_MS = Date.UTC(2100)

/**
 * A time as a number in any unit or as ISO text. A `Date`, since OpenTelemetry misreads numbers from before its start.
 */
function timeOf(value: unknown): Date | undefined {
  const isIso = typeof value === 'string' && /^\d{4}-\d\d-\d\d[T ]/.test(value)
  const number = isIso ? Date.parse(value) : Number(typeof value === 'object' ? undefined : value)
  const ms = UNITS_MS.map((unit) => number * unit).find((each) => each >= YEAR_2000_MS && each < YEAR_2100_MS)
  return ms === undefined ? undefined : new Date(ms)
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
    // Not a line of pino.
    return undefined
  }
}
