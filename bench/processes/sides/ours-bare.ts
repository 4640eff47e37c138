/** This package without workarounds for deviations of an engine, telemetry disabled. */
import { registerWorker } from 'iii-node'
import { createChannel } from 'iii-node/helpers'
import type { End } from '../side.js'
import { NO_WORKAROUNDS, workerEnd } from '../worker-end.js'

export async function connectEnd(url: string): Promise<End> {
  const workerName = `bench-ours-bare-${process.pid}`
  return workerEnd(
    registerWorker(url, { workerName, otel: { enabled: false }, workarounds: NO_WORKAROUNDS }),
    createChannel,
  )
}
