/**
 * Validates settings of built-ins against their declaration. An unknown key is an error that names it, so a misspelt key
 * does not silently use the default.
 */
import { ErrorCode, RuntimeError } from '../../errors.js'
import { describe } from '../../std/text/describe.js'
import { isRecord, type Infer } from '../../wire/protocol/validate.js'
import { closed, list, object, optional, record, any, type Declared, type JsonSchema, type Members } from './schema.js'

/** A setting that no other builder describes. `expected` completes the sentence "must be …". */
export function setting<T>(expected: string, accepts: (value: unknown) => boolean, schema: JsonSchema): Declared<T> {
  return { expected, accepts, optional: false, schema }
}

const MAX_PORT = 65_535

/** A port. A string of digits is accepted too, as environment variables are often quoted. */
export const port: Declared<number | string> = setting(
  `a port from 0 to ${String(MAX_PORT)}`,
  (value) =>
    (typeof value === 'string' ? /^\d{1,5}$/.test(value) : Number.isInteger(value) && Number(value) >= 0) &&
    Number(value) <= MAX_PORT,
  {
    anyOf: [
      { maximum: MAX_PORT, minimum: 0, type: 'integer' },
      { pattern: '^(\\d{1,4}|[0-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])$', type: 'string' },
    ],
  },
)

/** The settings of a part of the engine. */
export interface SettingShapes {
  /** Those that the distributed engine reads too. */
  readonly config: Members
  /** Those of the local engine only. */
  readonly local: Members
}

/** An object with settings of its own. It only declares them: `parseSettings` reads them by the same shape. */
export function section(shape: Members, rules: Readonly<Record<string, unknown>> = {}): Section {
  return { ...record(), schema: { ...schemaOfSettings(shape), ...rules } }
}

type Section = Declared<Readonly<Record<string, unknown>>>

/** A list of such objects. */
export function sections(shape: Members): Declared<readonly unknown[]> {
  return { ...list(any()), schema: { items: schemaOfSettings(shape), type: 'array' } }
}

/** An object whose members are each such an object, or null for the defaults. */
export function sectionMap(inner: Section): Section {
  return { ...record(), schema: { additionalProperties: optional(inner).schema, type: 'object' } }
}

/** The JSON Schema of settings: other keys are refused. */
export function schemaOfSettings(shape: Members): Readonly<Record<string, unknown>> {
  // The schema of an object is never `true`.
  return closed(object(shape)).schema as Readonly<Record<string, unknown>>
}

/**
 * The settings under `path`, such as `iii-queue` or `iii-queue.queue_configs.mail`. Absent settings count as an empty
 * object; optional nulls become `undefined`.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseSettings<S extends Members>(path: string, shape: S, settings: unknown): Infer<S> {
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
