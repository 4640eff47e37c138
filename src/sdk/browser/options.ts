/** Options of a worker in a web page. */
import { invalidArgument } from '../../errors.js'
import { checkAddress, type ReconnectionOptions } from '../connection/options.js'
import { resolveReconnection } from '../connection/reconnection.js'
import { packageVersion } from '../../version.js'
import {
  checkDurationMs,
  checkFlag,
  checkFunction,
  checkId,
  checkNamespace,
  checkRecord,
  checkText,
} from '../worker/check.js'
import type { DiagnosticsOption, Report } from '../worker/diagnostics/diagnostics.js'
import type { WorkerOptions } from '../worker/options/options.js'

/** Options of `registerWorker` in a web page. */
export type BrowserOptions = {
  /**
   * Returns a ticket for each attempt to connect, for example a short-lived token that your server issues to its user.
   * It becomes the query parameter `ticket` of the handshake, where the auth function of a guarded listener reads it.
   */
  ticket?: (() => string | Promise<string>) | undefined
  /** Name under which the engine lists this worker. Default: `browser` and a random suffix. */
  workerName?: string | undefined
  /** Short description of the worker; the engine keeps 280 characters. */
  workerDescription?: string | undefined
  /** Namespace of this worker's functions and calls. Default: none. Must not be blank. */
  namespace?: string | undefined
  /** Time limit of a call in milliseconds. Default: 30 000; `Infinity` disables it. */
  invocationTimeoutMs?: number | undefined
  /** Reconnect settings. */
  reconnectionConfig?: ReconnectionOptions | undefined
  /** Whether to connect at once. Default: true. If false, call `connect()`. */
  autoConnect?: boolean | undefined
  /** Destination of diagnostic events, such as warnings and errors. Default: `'console'`. */
  diagnostics?: DiagnosticsOption | undefined
}

/** Options as the worker uses them. */
export type ResolvedOptions = Pick<
  WorkerOptions,
  'addresses' | 'namespace' | 'metadata' | 'invocationTimeoutMs' | 'reconnection' | 'headers' | 'autoConnect'
> & {
  readonly ticket: BrowserOptions['ticket']
  readonly report: Report
  /** The trace header of the call that is being made. */
  readonly traceparent?: (() => string | undefined) | undefined
}

/** @throws {RuntimeError} `INVALID_ARGUMENT` or `INVALID_NAMESPACE` that names the invalid option. */
export function resolveOptions(address: string, options: BrowserOptions, newId: () => string): ResolvedOptions {
  checkRecord('options', options)
  const { ticket, workerName = `browser:${newId().slice(0, 8)}`, workerDescription: description } = options
  if (ticket !== undefined) checkFunction('ticket', ticket)
  checkId('workerName', workerName)
  checkText('workerDescription', description)
  checkFlag('autoConnect', options.autoConnect)
  const namespace = checkNamespace('namespace', options.namespace)
  return {
    addresses: [checkAddress(address)],
    namespace,
    metadata: {
      runtime: 'browser',
      version: packageVersion,
      name: workerName,
      os: 'browser',
      ...(description !== undefined && { description }),
      ...(namespace !== undefined && { namespace }),
    },
    invocationTimeoutMs: checkDurationMs('invocationTimeoutMs', options.invocationTimeoutMs ?? 30_000),
    reconnection: resolveReconnection(options.reconnectionConfig),
    headers: () => ({}),
    autoConnect: options.autoConnect ?? true,
    ticket,
    report: reportTo(options.diagnostics ?? 'console'),
  }
}

/** Reports as data: the console of a browser shows objects, so there are no sentences for each kind. */
function reportTo(option: DiagnosticsOption): Report {
  if (typeof option === 'function') return option
  const expected: readonly unknown[] = ['console', 'silent']
  if (!expected.includes(option)) throw invalidArgument('diagnostics', "'console', 'silent' or a function", option)
  return (event) => {
    if (option !== 'console' || event.kind === 'state' || event.kind === 'late_result') return
    // eslint-disable-next-line no-console -- the documented default of `diagnostics`
    console.warn('[iii]', event.kind, event)
  }
}

/** An address with a ticket in its query, if tickets are used. */
export async function withTicket(address: string, ticket: BrowserOptions['ticket']): Promise<string> {
  if (ticket === undefined) return address
  const url = new URL(address)
  url.searchParams.set('ticket', await ticket())
  return url.href
}
