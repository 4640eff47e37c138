/**
 * Times as OpenTelemetry writes them: nanoseconds since 1970. Kept as numbers, which today are exact to 256 ns: more
 * than any clock here tells, but the last digits of what a worker sent may differ in what is read back.
 */
import type { Clock } from '../../../std/time/clock.js'

const NANOS_PER_MS = 1e6
/** Times after the year 10000 are nobody's. */
const MAX_NANOS = 2.6e20

/** The time now. */
export function epochNanos(clock: Clock): number {
  return clock.epochMs() * NANOS_PER_MS
}

/** A time as it is in a frame, a string of digits or a number; 0 for anything else. */
export function nanosOf(value: unknown): number {
  const nanos = typeof value === 'string' && /^\d{1,21}$/.test(value) ? Number(value) : value
  return typeof nanos === 'number' && nanos >= 0 && nanos <= MAX_NANOS ? Math.round(nanos) : 0
}

/** Milliseconds since 1970, with a fraction. */
export function nanosToMs(nanos: number): number {
  return nanos / NANOS_PER_MS
}
