/**
 * Real workers on a real local engine over real sockets. Everything is closed when the test ends.
 */
import { onTestFinished } from 'vitest'
import { registerWorker, type III, type InitOptions } from '../../src/index.js'
import { defaultEngineConfig } from '../../src/engine/config/config.js'
import { startEngine, type LocalEngine } from '../../src/engine/engine.js'

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
