/** Parses durations such as `250`, `'250ms'` and `'1h30m'`. */
import { invalidArgument } from '../../../errors.js'

/** Milliseconds, or a string of numbers with units: `ms`, `s`, `m`, `h`, `d`. */
export type Duration = number | string

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g

/** 10,000,000 days: the time after it is still a date. */
const LONGEST_MS = 8.64e14

/**
 * A duration in milliseconds.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an invalid, negative or too long duration.
 */
export function durationMs(argument: string, duration: Duration): number {
  const ms = typeof duration === 'string' ? parsed(duration.replaceAll(' ', '')) : duration
  if (typeof ms === 'number' && ms >= 0 && ms <= LONGEST_MS) return ms
  const expected = "milliseconds of 0 or more, or a text such as '90s' or '1h30m', at most 10000000d"
  throw invalidArgument(argument, expected, duration)
}

function parsed(text: string): number {
  if (!WHOLE.test(text)) return NaN
  return [...text.matchAll(PART)].reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? 0), 0)
}
