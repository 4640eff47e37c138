/**
 * What a test sees of its engine.
 */
import type { InjectedRequest } from '../engine/builtins/http/request/inject.js'
import type { EngineStats } from '../engine/engine-stats.js'
import type { Unsubscribe } from '../std/async/emitter.js'
import type { EnqueueResult } from '../sdk/worker/calls/trigger-request.js'
import type { III } from '../sdk/worker/client.js'
import type { InitOptions } from '../sdk/worker/options.js'
import type { Duration } from './duration.js'
import type { RecordedFrame } from './frame-list.js'
import type { CapturedLog, CapturedMetric, CapturedSpan } from './otlp.js'
import type { WorkerTarget } from './worker-links.js'
import type { RecordedFrames } from './worker-record.js'

/** How the engine makes a call of its own. */
export interface TestCallOptions {
  /** Where the function is registered. Default `default`. */
  readonly namespace?: string | undefined
  /** Free JSON handed to the handler beside the payload. Default: none. */
  readonly metadata?: unknown
  /** How long to wait, on the engine's clock. Default 30 s; `Infinity` waits for ever. */
  readonly timeoutMs?: number | undefined
  /** Gives up waiting; the callee runs on. */
  readonly signal?: AbortSignal | undefined
}

/** Options of a worker in this process: those of `registerWorker`, with telemetry off unless `otel` says otherwise. */
export interface TestWorkerOptions extends InitOptions {
  /** Whether it comes in by the guarded listener. Default false. */
  readonly guarded?: boolean
}

/** What a worker is refused with. */
export type Rejection = 'WORKER_NAMESPACE_CONFLICT' | 'FUNCTION_NAMESPACE_CONFLICT'

/** An engine under a test's control. */
export interface TestEngine extends AsyncDisposable {
  /** Where workers connect; `memory://engine` without ports. */
  readonly url: string
  /** Where workers that are subject to `rbac` connect; `undefined` without rules or without ports. */
  readonly guardedUrl: string | undefined
  /** Where HTTP triggers are served; `undefined` without ports. */
  readonly httpUrl: string | undefined
  /** Where browsers follow streams; `undefined` without ports. */
  readonly streamUrl: string | undefined

  /**
   * Makes a worker in this process, joined to the engine in memory and on its clock. Ended by `close`.
   * @throws {RuntimeError} as `registerWorker`; `SHUTDOWN` once the engine is closed.
   */
  connect(options?: TestWorkerOptions): III
  /**
   * Calls a function as the engine.
   * @throws {InvocationError} with the code of the callee or the engine; `TIMEOUT` past the limit.
   */
  call(functionId: string, data?: unknown, options?: TestCallOptions): Promise<unknown>
  /**
   * Fires the trigger of an id, or every trigger of a type, and waits for the bound functions.
   * @returns their results in the order of registration, without those whose condition said no.
   * @throws {InvocationError} `NOT_FOUND` when nothing is bound, else the first function's failure.
   */
  fire(triggerTypeOrId: string, payload?: unknown): Promise<unknown[]>
  /**
   * Sends an HTTP request to the functions that triggers bind to routes, without a port; it takes the way of a request
   * over a socket, and works with `ports: false`. A GET request without a body by default.
   * @returns the response as of `fetch`, once its status and headers are there: read the body by `json()`, `text()` or
   * `arrayBuffer()`, or piece by piece from `body`.
   * @throws {RuntimeError} `INVALID_ARGUMENT` for a request that cannot be sent; `SHUTDOWN` once the engine is closed.
   * @throws {NotConnectedError} `CONNECTION_LOST` when the engine ends the connection before the response.
   * @example
   * const response = await engine.inject({ method: 'POST', path: '/orders?dry=yes', body: { item: 'tea' } })
   * response.status // 201
   * await response.json() // { id: 7 }
   */
  inject(request: InjectedRequest): Promise<Response>
  /**
   * Stores a call in a queue.
   * @throws {InvocationError} when there is no such queue.
   */
  enqueue(queue: string, functionId: string, payload: unknown): Promise<EnqueueResult>

  /**
   * Moves virtual time on: schedules, retries and time limits fall due in their order, in the engine and in the workers
   * of `connect`. Between two timers all promises run to their end; sockets and timers of your own code do not.
   * @throws {RuntimeError} `INVALID_ARGUMENT` unless the engine was made with `clock: 'virtual'`.
   */
  advance(duration: Duration): Promise<void>
  /** The engine's wall-clock time in milliseconds since 1970. */
  now(): number

  /**
   * What went to and fro between a worker and the engine, over all its connections.
   * @throws {RuntimeError} `INVALID_ARGUMENT` for a worker that has never been here.
   */
  frames(worker: WorkerTarget): RecordedFrames
  /**
   * Waits for a frame, sent or received by any worker; one that has passed already counts.
   * @param options `timeoutMs` is real time, whatever the engine's clock. Default 5000.
   * @throws {TimeoutError} `TIMEOUT`.
   */
  waitFor(predicate: (frame: RecordedFrame) => boolean, options?: { timeoutMs?: number }): Promise<RecordedFrame>
  /** Spans that workers exported so far. */
  spans(): readonly CapturedSpan[]
  /** Log records that workers exported so far. */
  logs(): readonly CapturedLog[]
  /** Data points that workers exported so far. */
  metrics(): readonly CapturedMetric[]

  /** Cuts a worker's connection without a goodbye, as a lost network does. It may come back. */
  drop(worker: WorkerTarget): void
  /** Refuses a worker (for good) or one of its functions, as if another worker owned the name. */
  reject(worker: WorkerTarget, code?: Rejection, options?: { functionId?: string }): void
  /** Reads nothing more of what a worker sends, until the returned function is called. */
  stallReads(worker: WorkerTarget): Unsubscribe
  /** Holds every frame in both directions, and new connections, until `resume`. */
  pause(): void
  /** Delivers what `pause` held, and admits connections again. */
  resume(): void

  /** The engine's counters. */
  stats(): EngineStats
  /** Ends the workers of `connect` and the engine; nothing stays open. May be called again. */
  close(): Promise<void>
}
