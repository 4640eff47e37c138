/**
 * The command line's log: one JSON object per line on stderr. Errors are written as message, code and stack, since
 * JSON would leave them empty.
 */
import type { Log } from '../std/log.js'

/** Levels from the most to the least talkative. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** A log that writes records of `least` and above. */
export function jsonLog(least: LogLevel, write: (line: string) => void, now: () => number): Log {
  const record =
    (level: LogLevel) =>
    (fields: object, message: string): void => {
      if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) return
      write(JSON.stringify({ time: new Date(now()).toISOString(), level, message, ...fields }, readable))
    }
  return { debug: record('debug'), info: record('info'), warn: record('warn'), error: record('error') }
}

function readable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (!(value instanceof Error)) return value
  return { ...Object.fromEntries(Object.entries(value)), name: value.name, message: value.message, stack: value.stack }
}
