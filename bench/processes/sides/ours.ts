/** This package as users run it: the built files, telemetry disabled. */
import { registerWorker } from 'iii-node'
import { createChannel } from 'iii-node/helpers'
import type { End } from '../side.js'
import { workerEnd } from '../worker-end.js'

export async function connectEnd(url: string): Promise<End> {
  return workerEnd(
    registerWorker(url, { workerName: `bench-ours-${process.pid}`, otel: { enabled: false } }),
    createChannel,
  )
}
