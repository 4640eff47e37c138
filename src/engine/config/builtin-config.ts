/**
 * Validates settings of built-ins against a declaration. An unknown key is an error that names it, so a misspelt key
 * does not silently use the default. Knows the types of settings, not their meaning.
 */
import { ErrorCode, RuntimeError } from '../../errors.js'
import { describe } from '../../std/text/describe.js'
import { isRecord, type Field, type Infer, type Shape } from '../../wire/protocol/validate.js'

/** A setting of any type. `expected` completes the sentence "must be …". */
export function setting<T>(expected: string, accepts: (value: unknown) => boolean): Field<T> {
  return { expected, accepts, optional: false }
}

/** A whole number within bounds, both included. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): Field<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `of ${String(min)} or more` : `from ${String(min)} to ${String(max)}`
  return setting(
    `a whole number ${range}`,
    (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max,
  )
}

const MAX_PORT = 65_535

/** A port. A string of digits is accepted too, as environment variables are often quoted. */
export const port: Field<number | string> = setting(
  `a port from 0 to ${String(MAX_PORT)}`,
  (value) =>
    (typeof value === 'string' ? /^\d{1,5}$/.test(value) : Number.isInteger(value) && Number(value) >= 0) &&
    Number(value) <= MAX_PORT,
)

/** One of several strings. */
export function oneOf<const T extends string>(...words: readonly T[]): Field<T> {
  return setting(words.map((word) => `\`${word}\``).join(' or '), (value) => words.some((word) => word === value))
}

/**
 * The settings under `path`, such as `iii-queue` or `iii-queue.queue_configs.mail`. Absent settings count as an empty
 * object; optional nulls become `undefined`.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseSettings<S extends Shape>(path: string, shape: S, settings: unknown): Infer<S> {
  const given = settings ?? {}
  if (!isRecord(given)) throw invalidConfig(`${path} must be an object, got ${describe(given)}`)
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(shape, key)) continue
    const accepted = Object.keys(shape).join(', ') || 'none'
    throw invalidConfig(`${path}.${key} (${describe(given[key])}) is not a known key; accepted: ${accepted}`)
  }
  const parsed: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(shape)) {
    const value = given[key] ?? undefined
    if (value === undefined && field.optional) continue
    if (!field.accepts(value)) throw invalidConfig(`${path}.${key} must be ${field.expected}, got ${describe(value)}`)
    parsed[key] = value
  }
  // Every member was checked against its field above.
  return parsed as Infer<S>
}

function invalidConfig(message: string): RuntimeError {
  return new RuntimeError(ErrorCode.INVALID_CONFIG, message)
}
