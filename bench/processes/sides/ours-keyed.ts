/** This package with an idempotency key for each call, and a function that runs once per key; telemetry disabled. */
import { randomUUID } from 'node:crypto'
import { registerWorker } from 'iii-node'
import { createChannel } from 'iii-node/helpers'
import { echo, type End } from '../side.js'
import { workerEnd } from '../worker-end.js'

export async function connectEnd(url: string): Promise<End> {
  const workerName = `bench-ours-keyed-${process.pid}`
  const worker = registerWorker(url, { workerName, otel: { enabled: false } })
  return {
    ...workerEnd(worker, createChannel),
    serve: (id, handler = echo) => void worker.registerFunction(id, handler, { idempotent: {} }),
    call: (functionId, payload) => worker.trigger({ function_id: functionId, payload, idempotencyKey: randomUUID() }),
  }
}
