/** The existing SDK, as its users have it, telemetry off. */
import { registerWorker } from 'iii-sdk'
import type { End } from '../side.js'

export async function connectEnd(url: string): Promise<End> {
  const worker = registerWorker(url, { workerName: `bench-peer-${process.pid}`, otel: { enabled: false } })
  return {
    serve: (id) => void worker.registerFunction(id, async (data: unknown) => data),
    call: (functionId, data) => worker.trigger({ function_id: functionId, payload: data }),
  }
}
