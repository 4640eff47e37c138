/**
 * Runs a local engine with workers of different SDKs, each in its own process: the official Node client, the official
 * Python client in two versions, and this package. Tests control all of them in the same way.
 */
import { afterAll, beforeAll, expect, inject, vi } from 'vitest'
import { createTestEngine } from '../../src/testing/create-test-engine.js'
import type { TestEngine } from '../../src/testing/test-engine.js'
import type { TestEngineOptions } from '../../src/testing/test-engine-options.js'
import type {} from '../../scripts/setup-python.js'
import { ChildActor } from '../kit/child-actor.js'

/** The SDK that a worker uses. */
export const makers = ['node', 'python', 'newest-python', 'ours'] as const
export type Maker = (typeof makers)[number]

/** Pairs of a caller and a callee, including pairs of the same SDK. The newest Python client is paired with ours. */
export const pairs: readonly (readonly [Maker, Maker])[] = makers
  .flatMap((caller) => makers.map((callee) => [caller, callee] as const))
  .filter((pair) => !pair.includes('newest-python') || pair.includes('ours'))

export interface StageOptions {
  readonly engine?: TestEngineOptions
  /** Whether the workers send telemetry. Default false. */
  readonly telemetry?: boolean
}

export interface WorkerOptions {
  /** Default: the address of the open listener. */
  readonly url?: string | undefined
  /** Only for clients that know namespaces: this package and the newest Python client. */
  readonly namespace?: string
}

const WAIT = { timeout: 6_000, interval: 10 }
const OPEN_LIMIT_MS = 45_000

/** A stage for all tests of a file, opened before the first and closed after the last. */
export function useStage(options?: StageOptions, prepare?: (stage: InteropStage) => Promise<void>): () => InteropStage {
  let stage: InteropStage | undefined
  beforeAll(async () => {
    stage = await InteropStage.open(options)
    await prepare?.(stage)
  }, OPEN_LIMIT_MS)
  afterAll(() => stage?.close())
  return () => {
    if (stage === undefined) throw new Error('The stage is open during tests only')
    return stage
  }
}

export class InteropStage {
  readonly engine: TestEngine
  readonly #telemetry: boolean
  readonly #actors = new Map<string, ChildActor>()

  private constructor(engine: TestEngine, telemetry: boolean) {
    this.engine = engine
    this.#telemetry = telemetry
  }

  /** Starts an engine and a worker of each maker, named after it. */
  static async open({ engine: options = {}, telemetry = false }: StageOptions = {}): Promise<InteropStage> {
    const stage = new InteropStage(await createTestEngine(options), telemetry)
    try {
      await Promise.all(makers.map((maker) => stage.add(maker, maker)))
      return stage
    } catch (error) {
      stage.#killAll()
      await stage.engine.close()
      throw error
    }
  }

  /** Starts one more worker, which ends with the stage. */
  async add(maker: Maker, name: string, { url = this.engine.url, namespace }: WorkerOptions = {}): Promise<ChildActor> {
    const given = [url, name, this.#telemetry ? 'telemetry' : 'no-telemetry']
    const actor = new ChildActor(name, commandLine(maker, namespace === undefined ? given : [...given, namespace]))
    this.#actors.set(name, actor)
    return actor.started()
  }

  /** Kills a worker that is not needed again. */
  async kill(name: string): Promise<void> {
    const actor = this.actor(name)
    this.#actors.delete(name)
    actor.kill()
    await actor.exited
    await vi.waitFor(async () => expect(await this.workers()).not.toContain(name), WAIT)
  }

  actor(name: string): ChildActor {
    const actor = this.#actors.get(name)
    if (actor === undefined) throw new Error(`There is no worker '${name}'`)
    return actor
  }

  /** Has a worker serve a function, and waits until the engine knows it. */
  async serve(name: string, functionId: string, given: { readonly handler: string; readonly [more: string]: unknown }) {
    await this.actor(name).do('serve', { function_id: functionId, ...given })
    await this.known(functionId)
  }

  /** Has a worker bind a trigger, and waits until the engine knows it. Returns what to take it back by. */
  async bind(name: string, type: string, functionId: string, config: object, metadata?: object): Promise<string> {
    const handle = `${type} ${functionId}`
    const given = { handle, type, function_id: functionId, config, ...(metadata === undefined ? {} : { metadata }) }
    await this.actor(name).do('bind', given)
    await vi.waitFor(async () => expect(await this.bindings(functionId)).toContainEqual({ type, config }), WAIT)
    return handle
  }

  /** Waits until the engine knows a function. */
  async known(functionId: string): Promise<void> {
    await vi.waitFor(async () => expect(await this.functions()).toContain(functionId), WAIT)
  }

  async functions(): Promise<string[]> {
    const { functions } = (await this.engine.call('engine::functions::list', {})) as {
      functions: { function_id: string }[]
    }
    return functions.map(({ function_id }) => function_id)
  }

  /** Triggers bound to a function. */
  async bindings(functionId: string): Promise<{ type: string; config: unknown }[]> {
    const { registered_triggers } = (await this.engine.call('engine::registered-triggers::list', {
      function_id: functionId,
    })) as { registered_triggers: { trigger_type: string; function_id: string; config: unknown }[] }
    return registered_triggers
      .filter(({ function_id }) => function_id === functionId)
      .map(({ trigger_type: type, config }) => ({ type, config }))
  }

  /** Names of the workers that are connected. */
  async workers(): Promise<string[]> {
    const { workers } = (await this.engine.call('engine::workers::list', {})) as {
      workers: { name: string; runtime: string }[]
    }
    return workers.filter(({ runtime }) => runtime !== 'engine').map(({ name }) => name)
  }

  /** Ends all workers, which have to do so in good order, then the engine. */
  async close(): Promise<void> {
    try {
      const exits = await Promise.all([...this.#actors.values()].map((actor) => actor.end()))
      expect(exits).toEqual(exits.map(() => ({ code: 0, signal: null })))
    } finally {
      this.#killAll()
      await this.engine.close()
    }
  }

  #killAll(): void {
    for (const actor of this.#actors.values()) actor.kill()
  }
}

function commandLine(maker: Maker, rest: readonly string[]): string[] {
  if (maker === 'python' || maker === 'newest-python') {
    const { python, newest } = pythonSetup()
    const command = [python, '-B', 'test/interop/python/actor.py', ...rest]
    return maker === 'python' ? command : ['env', `PYTHONPATH=${newest}`, ...command]
  }
  const whose = maker === 'node' ? 'official' : 'ours'
  return [process.execPath, '--import', 'tsx', 'test/interop/node/actor.ts', whose, ...rest]
}

/** The interpreter and its packages. */
function pythonSetup(): { readonly python: string; readonly newest: string } {
  const setup = inject('pythonSetup')
  if ('problem' in setup) throw new Error(setup.problem)
  return setup
}
