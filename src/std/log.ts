/** The logging interface: fields first, then one fixed sentence. pino loggers implement it. */
export interface Log {
  /** Writes a line of level debug. */
  debug(fields: object, message: string): void
  /** Writes a line of level info. */
  info(fields: object, message: string): void
  /** Writes a line of level warn. */
  warn(fields: object, message: string): void
  /** Writes a line of level error. */
  error(fields: object, message: string): void
}

/** Discards everything. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
