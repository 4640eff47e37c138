/** A sink for telemetry that keeps all frames; a test can set it to full. */
import { telemetryPayload } from './telemetry-payload.js'
import type { FrameSink } from '../../src/sdk/telemetry/export/telemetry-outbox.js'

export interface CollectingSink extends FrameSink {
  readonly frames: Uint8Array[]
  hasRoom: boolean
  dropped: number
  /** The decoded frames of one signal. */
  payloads(prefix: string): unknown[]
}

export function collectingSink(): CollectingSink {
  const frames: Uint8Array[] = []
  return {
    frames,
    hasRoom: true,
    dropped: 0,
    send(frame) {
      frames.push(frame)
      return true
    },
    drop(records) {
      this.dropped += records
    },
    payloads: (prefix) => frames.map(telemetryPayload).flatMap((it) => (it.prefix === prefix ? [it.payload] : [])),
  }
}
