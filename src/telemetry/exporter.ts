/**
 * Export, whatever the signal: a batch becomes one frame and goes to a sink. When the sink is full the batch is counted
 * as dropped before any work is spent on it.
 */
import { telemetryFrame, type Signal } from './signals.js'
import type { FrameSink } from './telemetry-outbox.js'

/** Writes a batch and hands it over; false when it was dropped. Never throws. */
export function exportBatch<Batch>(signal: Signal<Batch>, sink: FrameSink, batch: Batch): boolean {
  const records = signal.count(batch)
  if (records === 0) return true
  const frame = sink.hasRoom ? written(signal, batch) : undefined
  if (frame !== undefined) return sink.send(frame, records)
  sink.drop(records)
  return false
}

/** A value that OpenTelemetry cannot write costs its batch, not the program. */
function written<Batch>(signal: Signal<Batch>, batch: Batch): Uint8Array | undefined {
  try {
    return telemetryFrame({ prefix: signal.prefix, data: signal.serialize(batch) })
  } catch {
    return undefined
  }
}
