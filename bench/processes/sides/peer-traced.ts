/** The existing SDK with telemetry as it comes: spans with payloads, sent over a second socket. */
import { registerWorker } from 'iii-sdk'
import type { End } from '../side.js'

export async function connectEnd(url: string): Promise<End> {
  const worker = registerWorker(url, { workerName: `bench-peer-traced-${process.pid}` })
  return {
    serve: (id) => void worker.registerFunction(id, async (data: unknown) => data),
    call: (functionId, data) => worker.trigger({ function_id: functionId, payload: data }),
  }
}
