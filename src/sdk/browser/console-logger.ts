/** The logger of handlers in a web page, which has no telemetry: lines go to the console. */
import type { Logger } from '../telemetry/logs/logger.js'

type Line = (message: string, data?: unknown) => void

/** A logger that labels each line with the id of the function. */
export function consoleLogger(functionId: string, fields?: object): Logger {
  const line =
    (level: 'debug' | 'info' | 'warn' | 'error'): Line =>
    (message, data) =>
      // eslint-disable-next-line no-console -- what the documentation of `context.logger` says for a page
      console[level](`[${functionId}]`, message, ...[fields, data].filter((part) => part !== undefined))
  const logger = {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (more: object) => consoleLogger(functionId, { ...fields, ...more }),
  }
  // The same methods as the logger of Node, whose class has private members.
  return logger as unknown as Logger
}
