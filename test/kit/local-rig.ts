/**
 * Real workers on a real local engine, connected in memory on one virtual clock: no port, no waiting, and the same
 * order of events each time.
 */
import { onTestFinished } from 'vitest'
import { engineConfigOf, type EngineSettings } from '../../src/engine/config/config.js'
import { startEngine, type LocalEngine } from '../../src/engine/engine.js'
import { resolveOptions, type InitOptions } from '../../src/sdk/worker/options.js'
import { Worker } from '../../src/sdk/worker/worker.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { seededRandom } from './seeded-random.js'

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
