/** The public interface of a test engine. */
import type { InjectedRequest } from '../engine/builtins/http/request/inject.js'
import type { EngineStats } from '../engine/engine-stats.js'
import type { Unsubscribe } from '../std/async/emitter.js'
import type { EnqueueResult } from '../sdk/worker/calls/trigger-request.js'
import type { III } from '../sdk/worker/client.js'
import type { InitOptions } from '../sdk/worker/options/options.js'
import type { Duration } from '../sdk/worker/options/duration.js'
import type { RecordedFrame } from './frame-list.js'
import type { CapturedLog, CapturedMetric, CapturedSpan } from './otlp.js'
import type { WorkerTarget } from './worker-links.js'
import type { RecordedFrames } from './worker-record.js'

/** Options of a call on behalf of the engine. */
export interface TestCallOptions {
  /** The namespace of the function. Default `default`. */
  readonly namespace?: string | undefined
  /** Free JSON handed to the handler beside the payload. Default: none. */
  readonly metadata?: unknown
  /** Time limit, on the clock of the engine. Default 30 s; `Infinity` disables it. */
  readonly timeoutMs?: number | undefined
  /** Stops waiting; the callee continues. */
  readonly signal?: AbortSignal | undefined
}

/** Options of a worker in this process: those of `registerWorker`, with telemetry disabled unless `otel` is set. */
export interface TestWorkerOptions extends InitOptions {
  /** Whether it connects to the guarded listener. Default false. */
  readonly guarded?: boolean | undefined
}

/** The refusal that a worker receives. */
export type Rejection = 'WORKER_NAMESPACE_CONFLICT' | 'FUNCTION_NAMESPACE_CONFLICT'

/** An engine under the control of a test. */
export interface TestEngine extends AsyncDisposable {
  /** Address for workers; `memory://engine` without ports. */
  readonly url: string
  /** Address for workers that are subject to `rbac`; `undefined` without rules or without ports. */
  readonly guardedUrl: string | undefined
  /** Address for HTTP triggers; `undefined` without ports. */
  readonly httpUrl: string | undefined
  /** Address for browsers that follow streams; `undefined` without ports. */
  readonly streamUrl: string | undefined

  /**
   * Creates a worker in this process, connected to the engine in memory and on its clock. Ended by `close`.
   * @throws {RuntimeError} as `registerWorker`; `SHUTDOWN` once the engine is closed.
   */
  connect(options?: TestWorkerOptions): III
  /**
   * Calls a function on behalf of the engine.
   * @throws {InvocationError} with the code of the callee or the engine; `TIMEOUT` when the time limit expires.
   */
  call(functionId: string, data?: unknown, options?: TestCallOptions): Promise<unknown>
  /**
   * Fires the trigger with an id, or every trigger of a type, and waits for the bound functions.
   * @returns their results in order of registration, without those whose condition returned false.
   * @throws {InvocationError} `NOT_FOUND` if nothing is bound, otherwise the error of the first function that failed.
   */
  fire(triggerTypeOrId: string, payload?: unknown): Promise<unknown[]>
  /**
   * Sends an HTTP request to the functions that triggers bind to routes, without a port. It is handled like a request
   * over a socket, and works with `ports: false`. A GET request without a body by default.
   * @returns the response as of `fetch`, once its status and headers have arrived. Read the body with `json()`,
   * `text()` or `arrayBuffer()`, or as a stream from `body`.
   * @throws {RuntimeError} `INVALID_ARGUMENT` for an invalid request; `SHUTDOWN` once the engine is closed.
   * @throws {NotConnectedError} `CONNECTION_LOST` when the engine ends the connection before the response.
   * @example
   * const response = await engine.inject({ method: 'POST', path: '/orders?dry=yes', body: { item: 'tea' } })
   * response.status // 201
   * await response.json() // { id: 7 }
   */
  inject(request: InjectedRequest): Promise<Response>
  /**
   * Enqueues a call.
   * @throws {InvocationError} if there is no such queue.
   */
  enqueue(queue: string, functionId: string, payload: unknown): Promise<EnqueueResult>

  /**
   * Advances virtual time: schedules, retries and time limits expire in order, in the engine and in the workers of
   * `connect`. Between two timers all promises run to completion; sockets and timers of your own code do not advance.
   * @throws {RuntimeError} `INVALID_ARGUMENT` unless the engine was created with `clock: 'virtual'`.
   */
  advance(duration: Duration): Promise<void>
  /** The wall-clock time of the engine in milliseconds since 1970. */
  now(): number

  /**
   * The frames between a worker and the engine, over all its connections.
   * @throws {RuntimeError} `INVALID_ARGUMENT` for a worker that has never connected.
   */
  frames(worker: WorkerTarget): RecordedFrames
  /**
   * Waits for a frame, sent or received by any worker; a past frame counts, too.
   * @param options `timeoutMs` is real time, whatever the clock of the engine. Default 5000.
   * @throws {TimeoutError} `TIMEOUT`.
   */
  waitFor(predicate: (frame: RecordedFrame) => boolean, options?: { timeoutMs?: number }): Promise<RecordedFrame>
  /** Spans that workers exported so far. */
  spans(): readonly CapturedSpan[]
  /** Log records that workers exported so far. */
  logs(): readonly CapturedLog[]
  /** Data points that workers exported so far. */
  metrics(): readonly CapturedMetric[]

  /** Cuts the connection of a worker without a close frame, like a network failure. The worker may reconnect. */
  drop(worker: WorkerTarget): void
  /**
   * Ends a worker of `connect` as SIGKILL ends a process: without a close frame, in the middle of whatever it does. What
   * its handlers do later has no effect on the engine.
   * @throws {RuntimeError} `INVALID_ARGUMENT` for a worker that has never connected, `NOT_CONNECTED` for one that is not.
   */
  killWorker(worker: III): void
  /** Refuses a worker (permanently) or one of its functions, as if another worker owned the name. */
  reject(worker: WorkerTarget, code?: Rejection, options?: { functionId?: string }): void
  /** Stops reading what a worker sends, until the returned function is called. */
  stallReads(worker: WorkerTarget): Unsubscribe
  /** Holds every frame in both directions, and new connections, until `resume`. */
  pause(): void
  /** Delivers what `pause` held, and admits connections again. */
  resume(): void

  /**
   * Serves the console for this engine, on a free port of 127.0.0.1, and returns the address to open in a browser: to
   * look at a test that stands still. Traces are shown of workers that were created with telemetry, such as
   * `connect({ otel: { enabled: true } })`. Ended by `close`.
   */
  openConsole(): Promise<string>
  /** The engine's counters. */
  stats(): EngineStats
  /** Ends the workers of `connect` and the engine, and releases all resources. May be called again. */
  close(): Promise<void>
}
