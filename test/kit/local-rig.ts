/**
 * Real workers on a real local engine. `localRig` connects them in memory on one virtual clock: no port, no waiting, and the
 * same order of events each time. `socketRig` uses real sockets; `testEngine` is what users of `iii-node/testing` have, and
 * `workflowEngine` is one on a virtual clock for workflows.
 */
import { onTestFinished } from 'vitest'
import { defaultEngineConfig, engineConfigOf, type EngineSettings } from '../../src/engine/config/config.js'
import { startEngine, type LocalEngine } from '../../src/engine/engine.js'
import { resolveOptions } from '../../src/sdk/worker/options/options.js'
import { Worker } from '../../src/sdk/worker/worker.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { seededRandom } from './seeded-random.js'
import { registerWorker, type III, type InitOptions } from '../../src/index.js'
import {
  createTestEngine,
  type TestEngine,
  type TestEngineOptions,
  type TestWorkerOptions,
} from '../../src/entry/testing.js'
import { serveWorkflow, type AnyWorkflow, type ServeOptions } from '../../src/entry/workflow.js'

export interface LocalRig {
  readonly clock: VirtualClock
  readonly engine: LocalEngine
  /** A worker that is connecting; it is ready after `settle`. */
  addWorker(options?: InitOptions): Worker
  /** Lets everything that is due now happen. */
  settle(): Promise<void>
}

export async function localRig(workers: EngineSettings['workers'] = []): Promise<LocalRig> {
  const clock = new VirtualClock()
  const engine = await startEngine(engineConfigOf({ workers }), { clock, random: seededRandom(7) })
  const added: Worker[] = []
  onTestFinished(async () => {
    const ended = Promise.all([...added.map((worker) => worker.shutdown()), engine.close()])
    await clock.advance(60_000)
    await ended
  })
  return {
    clock,
    engine,
    addWorker(options = {}) {
      const workerName = `worker-${String(added.length + 1)}`
      const resolved = resolveOptions('ws://engine.test', { workerName, diagnostics: 'silent', ...options })
      const worker = new Worker(resolved, { dial: engine.dial(), clock, random: seededRandom(added.length + 1) })
      added.push(worker)
      return worker
    },
    async settle() {
      for (let round = 0; round < 5; round++) await clock.advance(1)
    },
  }
}

export interface SocketRig {
  readonly engine: LocalEngine
  /** A worker that is ready. It finds the engine at `address` where something stands between the two. */
  addWorker(options?: InitOptions, address?: string): Promise<III>
}

export async function socketRig(): Promise<SocketRig> {
  const engine = await startEngine(defaultEngineConfig({ port: 0, httpPort: 0, streamPort: 0 }))
  const added: III[] = []
  onTestFinished(async () => {
    await Promise.all(added.map((worker) => worker.shutdown()))
    await engine.close()
  })
  return {
    engine,
    async addWorker(options = {}, address = engine.url) {
      const worker = registerWorker(address, {
        workerName: `worker-${String(added.length + 1)}`,
        diagnostics: 'silent',
        otel: { enabled: false },
        ...options,
      })
      added.push(worker)
      await worker.ready()
      return worker
    },
  }
}

export async function testEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  const engine = await createTestEngine(options)
  onTestFinished(() => engine.close())
  return engine
}

/** An engine whose time advances on request only. */
export function workflowEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  return testEngine({ ports: false, clock: 'virtual', ...options })
}

/** A worker that serves workflows. */
export async function servingWorker(
  engine: TestEngine,
  workflows: readonly AnyWorkflow[],
  options: { serve?: ServeOptions; worker?: TestWorkerOptions } = {},
): Promise<III> {
  const worker = engine.connect({ diagnostics: 'silent', ...options.worker })
  for (const workflow of workflows) serveWorkflow(worker, workflow, options.serve)
  await worker.ready()
  return worker
}
