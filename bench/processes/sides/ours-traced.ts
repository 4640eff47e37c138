/** This package with default telemetry: spans with payloads, sent over the socket of the worker. */
import { registerWorker } from 'iii-node'
import { createChannel } from 'iii-node/helpers'
import type { End } from '../side.js'
import { workerEnd } from '../worker-end.js'

export async function connectEnd(url: string): Promise<End> {
  return workerEnd(registerWorker(url, { workerName: `bench-ours-traced-${process.pid}` }), createChannel)
}
