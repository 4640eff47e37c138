/** This package with one interceptor around each call and one around each handler, telemetry disabled. */
import { registerWorker } from 'iii-node'
import { createChannel } from 'iii-node/helpers'
import type { End } from '../side.js'
import { workerEnd } from '../worker-end.js'

export async function connectEnd(url: string): Promise<End> {
  const workerName = `bench-ours-interceptor-${process.pid}`
  const worker = registerWorker(url, { workerName, otel: { enabled: false } })
  worker.use({ call: (request, next) => next(request), serve: ({ payload }, next) => next(payload) })
  return workerEnd(worker, createChannel)
}
