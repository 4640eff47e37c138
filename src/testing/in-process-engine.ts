/**
 * Implements the test engine on top of the local engine, its connections and its clock. Owns the workers it created and
 * ends them on close.
 */
import { setImmediate } from 'node:timers/promises'
import { checkNames } from '../engine/check-options.js'
import type { InjectedRequest } from '../engine/builtins/http/request/inject.js'
import type { LocalEngine } from '../engine/engine.js'
import type { EngineStats } from '../engine/engine-stats.js'
import { ErrorCode, RuntimeError, TimeoutError } from '../errors.js'
import { joinSignals } from '../std/async/abortable.js'
import { systemClock, type Clock } from '../std/time/clock.js'
import type { Unsubscribe } from '../std/async/emitter.js'
import { systemRandom } from '../std/random.js'
import type { VirtualClock } from '../std/time/virtual-clock.js'
import type { EnqueueResult } from '../sdk/worker/calls/trigger-request.js'
import {
  checkDurationMs,
  checkFlag,
  checkFunction,
  checkId,
  checkNamespace,
  checkRecord,
  checkSignal,
} from '../sdk/worker/check.js'
import type { III } from '../sdk/worker/client.js'
import { resolveOptions } from '../sdk/worker/options/options.js'
import { Worker } from '../sdk/worker/worker.js'
import { MEMORY_URL } from '../wire/transport/memory-pair.js'
import type { ConsoleServer } from '../console-server/console-server.js'
import { durationMs, type Duration } from '../sdk/worker/options/duration.js'
import type { RecordedFrame } from './frame-list.js'
import { rejectWorker } from './reject-worker.js'
import type { TelemetryCapture } from './telemetry-capture.js'
import type { Rejection, TestCallOptions, TestEngine, TestWorkerOptions } from './test-engine.js'
import type { WorkerLinks, WorkerTarget } from './worker-links.js'
import type { RecordedFrames } from './worker-record.js'

export interface InProcessParts {
  readonly engine: LocalEngine
  readonly clock: Clock
  /** The same clock if it can be advanced. */
  readonly virtualClock: VirtualClock | undefined
  readonly links: WorkerLinks
  readonly telemetry: TelemetryCapture
}

const CALL_TIMEOUT_MS = 30_000
const WAIT_TIMEOUT_MS = 5_000
/**
 * Time limit for peers on sockets to answer a close frame, after which virtual time is advanced past the limits of the
 * engine.
 */
const CLOSE_WAIT_MS = 250
const PAST_ALL_LIMITS_MS = 60_000

export class InProcessEngine implements TestEngine {
  readonly #parts: InProcessParts
  readonly #workers: III[] = []
  #console: Promise<ConsoleServer> | undefined
  #closing: Promise<void> | undefined

  constructor(parts: InProcessParts) {
    this.#parts = parts
  }

  get url(): string {
    return this.#parts.engine.url
  }

  get guardedUrl(): string | undefined {
    return this.#parts.engine.urls[1]
  }

  get httpUrl(): string | undefined {
    return this.#parts.engine.httpUrl
  }

  get streamUrl(): string | undefined {
    return this.#parts.engine.streamUrl
  }

  connect(given: TestWorkerOptions = {}): III {
    const { guarded = false, ...options } = checkRecord('options', given) as TestWorkerOptions
    checkFlag('guarded', guarded)
    if (this.#closing !== undefined) throw new RuntimeError(ErrorCode.SHUTDOWN, 'This test engine is closed')
    const { engine, clock } = this.#parts
    const workerName = `test-worker-${String(this.#workers.length + 1)}`
    const resolved = resolveOptions(MEMORY_URL, { workerName, otel: { enabled: false }, ...options })
    const worker = new Worker(resolved, { dial: engine.dial(guarded ? 1 : 0), clock, random: systemRandom })
    this.#workers.push(worker)
    return worker
  }

  async call(functionId: string, data: unknown = {}, options: TestCallOptions = {}): Promise<unknown> {
    checkId('functionId', functionId)
    checkRecord('options', options)
    checkNames('call', options, ['timeoutMs', 'signal', 'namespace', 'metadata'])
    const { timeoutMs = CALL_TIMEOUT_MS, signal, ...call } = options
    checkDurationMs('timeoutMs', timeoutMs)
    checkNamespace('namespace', call.namespace)
    checkSignal('signal', signal)
    const { engine, clock } = this.#parts
    const limit = new AbortController()
    const timer =
      timeoutMs === Infinity
        ? undefined
        : clock.after(timeoutMs, () => limit.abort(timeoutError(functionId, timeoutMs)))
    const joined = joinSignals(limit.signal, ...(signal === undefined ? [] : [signal]))
    try {
      return await engine.invoke({ functionId, data, ...call, signal: joined.signal })
    } finally {
      timer?.cancel()
      joined.release()
    }
  }

  async inject(request: InjectedRequest): Promise<Response> {
    checkNames('inject', checkRecord('request', request), ['path', 'method', 'headers', 'body', 'signal'])
    return this.#parts.engine.inject(request)
  }

  async fire(triggerTypeOrId: string, payload: unknown = {}): Promise<unknown[]> {
    checkId('triggerTypeOrId', triggerTypeOrId)
    return this.#parts.engine.fire(triggerTypeOrId, payload)
  }

  async enqueue(queue: string, functionId: string, payload: unknown): Promise<EnqueueResult> {
    checkId('queue', queue)
    checkId('functionId', functionId)
    // This function of the engine returns a receipt.
    return (await this.call('engine::queue::enqueue', {
      queue,
      function_id: functionId,
      data: payload,
    })) as EnqueueResult
  }

  async advance(duration: Duration): Promise<void> {
    const { virtualClock } = this.#parts
    if (virtualClock === undefined) {
      const text = "advance() needs an engine with a virtual clock: createTestEngine({ clock: 'virtual' })"
      throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text)
    }
    await virtualClock.advance(durationMs('duration', duration))
  }

  now(): number {
    return this.#parts.clock.epochMs()
  }

  frames(worker: WorkerTarget): RecordedFrames {
    return this.#parts.links.find(worker).frames
  }

  async waitFor(
    predicate: (frame: RecordedFrame) => boolean,
    options: { timeoutMs?: number } = {},
  ): Promise<RecordedFrame> {
    checkFunction('predicate', predicate)
    checkRecord('options', options)
    checkNames('waitFor', options, ['timeoutMs'])
    const { timeoutMs = WAIT_TIMEOUT_MS } = options
    return this.#parts.links.waitFor(predicate, checkDurationMs('timeoutMs', timeoutMs))
  }

  spans(): ReturnType<TestEngine['spans']> {
    return this.#parts.telemetry.spans()
  }

  logs(): ReturnType<TestEngine['logs']> {
    return this.#parts.telemetry.logs()
  }

  metrics(): ReturnType<TestEngine['metrics']> {
    return this.#parts.telemetry.metrics()
  }

  drop(worker: WorkerTarget): void {
    this.#parts.links.linkOf(worker).cut()
  }

  killWorker(worker: III): void {
    this.drop(worker)
    void worker.shutdown()
  }

  reject(worker: WorkerTarget, code?: Rejection, options: { functionId?: string } = {}): void {
    checkRecord('options', options)
    checkNames('reject', options, ['functionId'])
    rejectWorker(this.#parts.links, worker, { code, ...options })
  }

  stallReads(worker: WorkerTarget): Unsubscribe {
    const link = this.#parts.links.linkOf(worker)
    link.stallReads()
    return () => link.endStall()
  }

  pause(): void {
    this.#parts.links.pause()
  }

  resume(): void {
    this.#parts.links.resume()
  }

  async openConsole(): Promise<string> {
    if (this.#closing !== undefined) throw new RuntimeError(ErrorCode.SHUTDOWN, 'This test engine is closed')
    // Loaded by the tests that need it.
    this.#console ??= import('../console-server/console-server.js').then(({ startConsole }) => {
      const { engine } = this.#parts
      return startConsole({ url: engine.url, dial: engine.dial(), local: engine }, { port: 0 })
    })
    return (await this.#console).url
  }

  stats(): EngineStats {
    return this.#parts.engine.stats()
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    const { engine, links } = this.#parts
    const served = await this.#console?.catch(() => undefined)
    await served?.close()
    links.release()
    await this.#pastLimits(Promise.all(this.#workers.map((worker) => worker.shutdown())))
    await this.#pastLimits(engine.close())
    // Closed handles are removed at the end of the next event-loop tick.
    await setImmediate()
    await setImmediate()
  }

  /** Waits for a shutdown whose time limits run on a clock that is not advanced any more. */
  async #pastLimits(end: Promise<unknown>): Promise<void> {
    const { virtualClock } = this.#parts
    if (virtualClock === undefined) {
      await end
      return
    }
    const advanced: Promise<void>[] = []
    const timer = systemClock.after(CLOSE_WAIT_MS, () => advanced.push(virtualClock.advance(PAST_ALL_LIMITS_MS)))
    await end
    timer.cancel()
    await Promise.all(advanced)
  }
}

function timeoutError(functionId: string, timeoutMs: number): TimeoutError {
  const message = `Function ${functionId} did not answer within ${String(timeoutMs)} ms`
  return new TimeoutError({ code: ErrorCode.TIMEOUT, message, function_id: functionId })
}
