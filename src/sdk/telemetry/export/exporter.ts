/**
 * Exports batches of any signal: a batch becomes one frame and goes to a sink. If the sink is full, the batch is
 * counted as dropped before it is serialised.
 */
import { MAX_MESSAGE_BYTES } from '../../../wire/protocol/limits.js'
import { telemetryFrame, type Signal } from './signals.js'
import type { FrameSink } from './telemetry-outbox.js'

/** Serialises a batch and passes it on; false if some of it was dropped. Never throws. */
export function exportBatch<Batch>(signal: Signal<Batch>, sink: FrameSink, batch: Batch): boolean {
  const records = signal.count(batch)
  if (records === 0) return true
  const { hasRoom } = sink
  const frame = hasRoom ? written(signal, batch) : undefined
  if (frame !== undefined) return sink.send(frame, records)
  // An item that cannot be serialised or is too large is dropped alone: the others are sent in smaller batches.
  const halves = hasRoom ? signal.halves(batch) : undefined
  if (halves !== undefined) return halves.map((half) => exportBatch(signal, sink, half)).every((isSent) => isSent)
  sink.drop(records)
  return false
}

function written<Batch>(signal: Signal<Batch>, batch: Batch): Uint8Array | undefined {
  try {
    const frame = telemetryFrame({ prefix: signal.prefix, data: signal.serialize(batch) })
    return frame.byteLength > MAX_MESSAGE_BYTES ? undefined : frame
  } catch {
    return undefined
  }
}
