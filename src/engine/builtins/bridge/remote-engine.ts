/**
 * The interface to another engine, over a connection that is kept up. The command line and the test engine implement it
 * with the worker SDK, which this engine does not import.
 */
import type { Clock } from '../../../std/time/clock.js'
import type { Log } from '../../../std/log.js'
import type { Random } from '../../../std/random.js'
import type { TraceHeaders } from '../../../wire/protocol/tracing.js'

export interface RemoteEngineOptions {
  readonly url: string
  /** The namespace of exposed functions. Default: `default`. */
  readonly namespace?: string | undefined
  /** Headers of the handshake. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export interface RemoteCall extends Partial<TraceHeaders> {
  readonly functionId: string
  readonly data: unknown
  /** Default: `default`. */
  readonly namespace?: string | undefined
  readonly metadata?: unknown
  /** Default 30 s. */
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export type RemoteHandler = (data: unknown, trace: TraceHeaders) => unknown

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
