/**
 * Checks of arguments that users pass: each names the argument, what came and what is accepted, before anything is
 * sent.
 */
import { ErrorCode, invalidArgument, RuntimeError, SerdeError } from '../../errors.js'
import { refuseNesting } from '../../wire/protocol/codec.js'
import { ENGINE_JSON } from '../../wire/protocol/limits.js'
import { blankNamespace } from '../../wire/protocol/names.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { MAX_DELAY_MS } from '../../std/time/clock.js'
import { describe, messageOf } from '../../std/text/describe.js'

/** A string that is not blank. An empty id keeps the wording that users of the official package match on. */
export function checkId(argument: string, value: unknown): string {
  if (value === '' || value === undefined) throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, `${argument} is required`)
  if (typeof value !== 'string' || value.trim() === '')
    throw invalidArgument(argument, 'a string that is not blank', value)
  return value
}

/** A namespace: absent, or a string that is not blank. */
export function checkNamespace(argument: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw invalidArgument(argument, 'a string', value)
  if (value.trim() !== '') return value
  throw new RuntimeError(ErrorCode.INVALID_NAMESPACE, blankNamespace(argument))
}

/** A duration above zero in milliseconds that a timer can hold; `Infinity` means no limit. */
export function checkDurationMs(argument: string, value: unknown): number {
  const isUsable = typeof value === 'number' && value > 0 && (value <= MAX_DELAY_MS || value === Infinity)
  if (isUsable) return value
  const expected = `a number of milliseconds above 0 and up to ${String(MAX_DELAY_MS)}, or Infinity`
  throw invalidArgument(argument, expected, value)
}

/** A string or nothing. */
export function checkText(argument: string, value: unknown): void {
  if (value !== undefined && value !== null && typeof value !== 'string')
    throw invalidArgument(argument, 'a string', value)
}

/** True, false or nothing. */
export function checkFlag(argument: string, value: unknown): void {
  if (value !== undefined && value !== null && typeof value !== 'boolean') {
    throw invalidArgument(argument, 'true or false', value)
  }
}

/** An object that JSON has a form for, or nothing. */
export function checkJsonRecord(argument: string, value: unknown): void {
  if (value === undefined || value === null) return
  checkRecord(argument, value)
  checkJson(argument, value)
}

/**
 * A value that JSON has a form for, or nothing.
 * @throws {SerdeError} `serialization_error` for a cycle, a BigInt, something too deep, or a value JSON leaves out.
 */
export function checkJson(argument: string, value: unknown): void {
  if (value === undefined) return
  try {
    // Declared as a string, but undefined for what JSON leaves out.
    const text: unknown = JSON.stringify(value)
    if (text !== undefined) return
  } catch (cause) {
    // The stack of the writer ends far below the deepest value that may be sent.
    if (cause instanceof RangeError) refuseNesting({ [argument]: value }, ENGINE_JSON, cause)
    const text = `${argument} cannot be serialised as JSON: ${messageOf(cause).slice(0, MAX_REASON_CHARACTERS)}`
    throw new SerdeError(ErrorCode.serialization_error, text, { cause })
  }
  const text = `${argument} must be a JSON value, got ${describe(value)}`
  throw new SerdeError(ErrorCode.serialization_error, text)
}

/** Enough to tell what went wrong; user code may throw a message of any length. */
const MAX_REASON_CHARACTERS = 500

/** A whole number above zero, or `Infinity`. */
export function checkCount(argument: string, value: unknown): number {
  if (value === Infinity || (Number.isInteger(value) && (value as number) > 0)) return value as number
  throw invalidArgument(argument, 'a whole number above 0, or Infinity', value)
}

export function checkFunction(argument: string, value: unknown): void {
  if (typeof value !== 'function') throw invalidArgument(argument, 'a function', value)
}

/** A plain object. */
export function checkRecord(argument: string, value: unknown): Record<string, unknown> {
  if (!isRecord(value)) throw invalidArgument(argument, 'an object', value)
  return value
}

export function checkSignal(argument: string, value: unknown): AbortSignal | undefined {
  if (value === undefined) return undefined
  if (!(value instanceof AbortSignal)) throw invalidArgument(argument, 'an AbortSignal', value)
  return value
}
