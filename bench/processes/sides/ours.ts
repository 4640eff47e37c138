/** This package, as its users have it: the built files, telemetry off. */
import { registerWorker } from 'iii-node'
import type { End } from '../side.js'

export async function connectEnd(url: string): Promise<End> {
  const worker = registerWorker(url, { workerName: `bench-ours-${process.pid}`, otel: { enabled: false } })
  return {
    serve: (id) => void worker.registerFunction(id, async (data: unknown) => data),
    call: (functionId, data) => worker.trigger({ function_id: functionId, payload: data }),
  }
}
