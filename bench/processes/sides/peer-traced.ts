/** The existing SDK with default telemetry: spans with payloads, sent over a second socket. */
import { registerWorker } from 'iii-sdk'
import { createChannel } from 'iii-sdk/helpers'
import type { End } from '../side.js'
import { workerEnd } from '../worker-end.js'

export async function connectEnd(url: string): Promise<End> {
  return workerEnd(registerWorker(url, { workerName: `bench-peer-traced-${process.pid}` }), createChannel)
}
