/**
 * The interface to another engine, over a connection that is kept up. The command line and the test engine implement it
 * with the worker SDK, which this engine does not import.
 */
import { ErrorCode, RuntimeError } from '../../../errors.js'
import type { Clock } from '../../../std/time/clock.js'
import type { Log } from '../../../std/log.js'
import type { Random } from '../../../std/random.js'
import { traceOf } from '../../triggers/write-firings.js'
import type { BuiltinFunction, CallContext, EngineHost, HostCall } from '../builtin.js'

export interface RemoteEngineOptions {
  readonly url: string
  /** The namespace of exposed functions. Default: `default`. */
  readonly namespace?: string | undefined
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export interface RemoteCall extends Pick<HostCall, 'functionId' | 'data' | 'traceparent' | 'baggage'> {
  readonly namespace?: string | undefined
  readonly metadata?: unknown
  /** Default 30 s. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export type RemoteHandler = (data: unknown, trace: Pick<HostCall, 'traceparent' | 'baggage'>) => unknown

export interface RemoteEngine {
  /**
   * Calls a function of the other engine.
   * @throws {InvocationError} with the code of the function, or of the connection.
   */
  call(call: RemoteCall): Promise<unknown>
  /** Serves a function on the other engine, from now on and after each reconnect. */
  expose(functionId: string, handler: RemoteHandler): void
  /** Receives the events of a trigger on the other engine, likewise. */
  follow(triggerType: string, config: object, handler: RemoteHandler): void
  close(): Promise<void>
}

/** Opens a connection. It returns at once; calls wait for the connection up to their time limit. */
export type ConnectEngine = (options: RemoteEngineOptions) => RemoteEngine

/**
 * Connects to another engine for a built-in.
 * @throws {RuntimeError} INVALID_CONFIG when the program that runs this engine cannot connect.
 */
export function connectFor(
  setting: string,
  { connectEngine, clock, random, log }: EngineHost,
  address: { readonly url: string; readonly namespace?: string | undefined },
): RemoteEngine {
  if (connectEngine !== undefined) return connectEngine({ ...address, clock, random, log })
  const message = `${setting} needs a connection to another engine, which \`iii-node engine\`, \`iii-node dev\` and \`createTestEngine\` provide: start this engine with one of them`
  throw new RuntimeError(ErrorCode.INVALID_CONFIG, message)
}

/** The same functions, run by another engine. Their inputs are checked there. */
export function runElsewhere(functions: readonly BuiltinFunction[], remote: () => RemoteEngine): BuiltinFunction[] {
  return functions.map((own) => ({
    ...own,
    call: (data: unknown, context: CallContext) => remote().call({ functionId: own.id, data, ...traceOf(context) }),
  }))
}
