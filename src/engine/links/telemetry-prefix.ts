/**
 * Recognises binary telemetry frames by their prefix of four characters. Any other binary frame is a protocol message.
 */
const PREFIXES = ['OTLP', 'MTRC', 'LOGS']

export function isTelemetry(frame: Uint8Array): boolean {
  return PREFIXES.includes(String.fromCharCode(...frame.subarray(0, 4)))
}
