/** Where and how the probes of a worker are served: options, defaults and their check. */
import { invalidArgument } from '../../../errors.js'
import { checkFlag, checkRecord } from '../check.js'

/** Options of readiness: `strict`. */
export type ReadinessOptions = {
  /**
   * Whether a worker that waits for a name of another worker (`onConflict: 'wait'`) is not ready. Default false: in a
   * rolling release the new worker has to become ready while the old one still holds the names.
   */
  strict?: boolean | undefined
}

/** Options of `serveHealth`. */
export type HealthOptions = ReadinessOptions & {
  /** Port; 0 takes a free one. Default 9090. */
  port?: number | undefined
  /** Address to listen on. Default `127.0.0.1`; in a container that is probed from outside `0.0.0.0`. */
  host?: string | undefined
}

/** Options of probes with their defaults. */
export type ProbeSettings = { readonly port: number; readonly host: string; readonly strict: boolean }

const DEFAULT_HEALTH_PORT = 9090
export const HIGHEST_PORT = 65_535

/** @throws {RuntimeError} `INVALID_ARGUMENT`. */
export function checkHealthOptions(options: HealthOptions, argument = 'options'): ProbeSettings {
  checkRecord(argument, options)
  const prefix = argument === 'options' ? '' : `${argument}.`
  const { port = DEFAULT_HEALTH_PORT, host = '127.0.0.1', strict = false } = options
  if (!Number.isInteger(port) || port < 0 || port > HIGHEST_PORT)
    throw invalidArgument(`${prefix}port`, `a whole number from 0 to ${String(HIGHEST_PORT)}`, port)
  // Node.js would listen on all addresses.
  if (typeof host !== 'string' || host.trim() === '')
    throw invalidArgument(`${prefix}host`, 'a host name or address, such as 127.0.0.1', host)
  checkFlag(`${prefix}strict`, strict)
  return { port, host, strict }
}
