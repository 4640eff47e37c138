/**
 * Binary frames of telemetry start with four letters; anything else in a binary frame is a protocol message.
 */
const PREFIXES = ['OTLP', 'MTRC', 'LOGS']

export function isTelemetry(frame: Uint8Array): boolean {
  return PREFIXES.includes(String.fromCharCode(...frame.subarray(0, 4)))
}
