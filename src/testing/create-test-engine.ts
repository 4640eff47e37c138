/**
 * A local engine for tests: in this process, on free ports or none, with what a test needs to ask and to call.
 */
import { defaultEngineConfig, engineConfigOf } from '../engine/config.js'
import { startEngine, type LocalEngine } from '../engine/engine.js'
import type { EngineConfig } from '../engine/engine-config.js'
import type { EngineStats } from '../engine/engine-stats.js'

/** Options of `createTestEngine`. */
export interface TestEngineOptions {
  /** Whether to listen, on free ports of 127.0.0.1. Default true. */
  readonly ports?: boolean
}

/** How the engine makes a call of its own. */
export interface TestCallOptions {
  /** Where the function is registered. Default `default`. */
  readonly namespace?: string
  readonly metadata?: unknown
  /** Gives up waiting; the callee runs on. */
  readonly signal?: AbortSignal
}

/** An engine under a test's control. */
export interface TestEngine extends AsyncDisposable {
  /** Where workers connect. */
  readonly url: string
  /** Where HTTP triggers are served; `undefined` without ports. */
  readonly httpUrl: string | undefined
  /**
   * Calls a function as the engine.
   * @throws {InvocationError} with the code of the callee or the engine.
   */
  call(functionId: string, data?: unknown, options?: TestCallOptions): Promise<unknown>
  stats(): EngineStats
  /** Closes everything. May be called again. */
  close(): Promise<void>
}

/** Starts an engine for one test or one file of tests. */
export async function createTestEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  return new RunningTestEngine(await startEngine(configOf(options)))
}

function configOf({ ports = true }: TestEngineOptions): EngineConfig {
  if (ports) return defaultEngineConfig({ port: 0, httpPort: 0, streamPort: 0 })
  const served = ['iii-state', 'iii-cron', 'iii-pubsub', 'iii-queue']
  return engineConfigOf({ workers: served.map((name) => ({ name })) })
}

class RunningTestEngine implements TestEngine {
  readonly #engine: LocalEngine

  constructor(engine: LocalEngine) {
    this.#engine = engine
  }

  get url(): string {
    return this.#engine.url
  }

  get httpUrl(): string | undefined {
    return this.#engine.httpUrl
  }

  call(functionId: string, data: unknown = {}, options: TestCallOptions = {}): Promise<unknown> {
    return this.#engine.invoke({ functionId, data, ...options })
  }

  stats(): EngineStats {
    return this.#engine.stats()
  }

  close(): Promise<void> {
    return this.#engine.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
