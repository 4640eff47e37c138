/**
 * Checks of what users hand to the functions of telemetry that set something up. Functions that only note something on
 * a span, or in a log, have none: what is noted must not break the work it is about.
 */
import { invalidArgument } from '../../errors.js'
import { isRecord } from '../../wire/protocol/validate.js'

/** An object of options. */
export function checkOptions(argument: string, value: unknown): void {
  if (!isRecord(value)) throw invalidArgument(argument, 'an object', value)
}

export function checkFunction(argument: string, value: unknown): void {
  if (typeof value !== 'function') throw invalidArgument(argument, 'a function', value)
}

/** A string that is not blank. */
export function checkName(argument: string, value: unknown): void {
  if (typeof value !== 'string' || value.trim() === '') {
    throw invalidArgument(argument, 'a string that is not blank', value)
  }
}

/** A string or nothing. */
export function checkText(argument: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'string') throw invalidArgument(argument, 'a string', value)
}

/** An object of OpenTelemetry, known by a method: any version and any copy of its packages will do. */
export function checkKind(argument: string, expected: string, { value, method }: Kind): void {
  const isObject = (typeof value === 'object' || typeof value === 'function') && value !== null
  const found = isObject ? (value as Readonly<Record<string, unknown>>)[method] : undefined
  if (typeof found !== 'function') throw invalidArgument(argument, expected, value)
}

/** A value and the method that shows its kind. */
interface Kind {
  readonly value: unknown
  readonly method: string
}
