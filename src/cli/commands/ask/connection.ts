/**
 * The connection of a command to an engine, local or distributed. Sends only what both engines answer, and turns
 * failures into one line and an exit code.
 */
import {
  ErrorCode,
  InvocationError,
  NotConnectedError,
  RegistrationRejectedError,
  WebSocketError,
} from '../../../errors.js'
import { registerWorker } from '../../../sdk/worker/register-worker.js'
import type { III } from '../../../sdk/worker/client.js'
import { describe } from '../../../std/text/describe.js'
import { CommandError, Exit, UsageError, type Values } from '../../command.js'
import type { ReachOptions } from '../../../wire/transport/reach.js'
import { commandWorkerName, DEFAULT_NAMESPACE } from '../../../wire/protocol/names.js'
import type { connectionOptions } from '../../options.js'
import { parseHeaders } from '../../parse.js'

type ConnectionValues = Values<typeof connectionOptions>

/** An engine as a command sees it. */
export interface Remote {
  readonly worker: III
  readonly namespace: string | undefined
  /** Calls a function of the engine itself. */
  readonly ask: <T>(functionId: string, data?: object) => Promise<T>
}

export interface RemoteOptions {
  /** Name of the command. */
  readonly name: string
  readonly values: ConnectionValues
  /** Whether the calls of this command are recorded in a trace. */
  readonly traced?: boolean
  /** Whether the command reconnects, as one does that serves others. Otherwise it fails when the engine is lost. */
  readonly stays?: boolean
}

/**
 * Connects, runs `use` and disconnects.
 * @throws {CommandError} with the reason and the exit code.
 */
export async function withEngine<T>(options: RemoteOptions, use: (remote: Remote) => Promise<T>): Promise<T> {
  const { values } = options
  const timeoutMs = timeoutOf(values.timeout)
  const worker = connect(options, timeoutMs)
  try {
    return await use(remoteOf(worker, values.namespace))
  } catch (error) {
    throw error instanceof CommandError ? error : commandError(error)
  } finally {
    await worker.shutdown()
  }
}

export function remoteOf(worker: III, namespace: string | undefined): Remote {
  const ask = <R>(functionId: string, data: object = {}): Promise<R> =>
    worker.trigger<object, R>({ function_id: functionId, payload: data, namespace: DEFAULT_NAMESPACE })
  return { worker, namespace, ask }
}

function connect({ name, values, traced = false, stays = false }: RemoteOptions, timeoutMs: number | undefined): III {
  const headers = headersOf(values)
  try {
    return registerWorker(values.url, {
      workerName: commandWorkerName(name, process.pid),
      ...(stays ? {} : { reconnectionConfig: { maxRetries: 0 } }),
      diagnostics: 'silent',
      enableMetricsReporting: false,
      otel: traced ? { serviceName: 'iii-node', logsEnabled: false, metricsEnabled: false } : { enabled: false },
      headers,
      ...reachOf(values),
      ...(values.namespace === undefined ? {} : { namespace: values.namespace }),
      ...(timeoutMs === undefined ? {} : { invocationTimeoutMs: timeoutMs }),
    })
  } catch (error) {
    throw commandError(error)
  }
}

export function headersOf({
  header: lines = [],
  token,
}: Pick<ConnectionValues, 'header' | 'token'>): Record<string, string> {
  const headers = parseHeaders('--header', lines)
  return token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` }
}

/** How the engine is reached. */
export function reachOf({
  ca,
  cert,
  key,
  proxy,
}: Pick<ConnectionValues, 'ca' | 'cert' | 'key' | 'proxy'>): ReachOptions {
  const isTls = [ca, cert, key].some((file) => file !== undefined)
  return { proxy, ...(isTls ? { tls: { ca, cert, key } } : {}) }
}

function timeoutOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const timeoutMs = Number(value)
  if (!(timeoutMs > 0))
    throw new UsageError(`--timeout must be a number of milliseconds above 0, got ${describe(value)}`)
  return timeoutMs
}

/** A number of rows that an option asks for. */
export function limitOf(value: string | undefined, usual: number): number {
  if (value === undefined) return usual
  if (/^\d{1,6}$/.test(value) && Number(value) > 0) return Number(value)
  throw new UsageError(`--limit must be a whole number from 1 to 999999, got ${describe(value)}`)
}

/** Codes for what does not exist, in the words of either engine. */
const MISSING: readonly string[] = [ErrorCode.function_not_found, ErrorCode.NOT_FOUND, ErrorCode.queue_not_found]

export function isMissing(error: unknown): boolean {
  return error instanceof InvocationError && MISSING.includes(error.code)
}

export function commandError(error: unknown): CommandError {
  const reason = error instanceof Error ? error.message : String(error)
  // The cause says why the connection failed permanently.
  if (error instanceof NotConnectedError) {
    return new CommandError(error.cause instanceof Error ? error.cause.message : reason, Exit.NO_ENGINE)
  }
  if (error instanceof WebSocketError || error instanceof RegistrationRejectedError) {
    return new CommandError(reason, Exit.NO_ENGINE)
  }
  return new CommandError(reason, isMissing(error) ? Exit.NOT_FOUND : Exit.FAILED)
}
