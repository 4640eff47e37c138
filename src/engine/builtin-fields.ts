/**
 * Kinds of field that inputs of built-in functions are declared from, beyond those of the protocol's messages.
 */
import { json, optional, string, type Field } from '../protocol/validate.js'

export const boolean: Field<boolean> = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
  optional: false,
}

export const strings: Field<readonly string[]> = {
  expected: 'an array of strings',
  accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  optional: false,
}

/** A whole number from `min` to `max`, both included. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): Field<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${String(min)}` : `from ${String(min)} to ${String(max)}`
  return {
    expected: `a whole number ${range}`,
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
    optional: false,
  }
}

export { json, optional, string }
