/**
 * Declares the settings of built-ins, and validates values against the declaration. An unknown key is an error that
 * names it, so a misspelt key does not silently use the default. One declaration is the check, the JSON Schema and the
 * type of the settings.
 */
import { ErrorCode, RuntimeError } from '../../errors.js'
import { describe } from '../../std/text/describe.js'
import { addressWithoutCredentials } from '../../std/text/without-credentials.js'
import { isRecord, type Infer } from '../../wire/protocol/validate.js'
import {
  closed,
  object,
  optional,
  type Declared,
  type DeclaredObject,
  type JsonSchema,
  type Members,
} from './schema.js'

/** The settings of a built-in. */
export interface SettingsDeclaration {
  /** Settings that the distributed engine reads too. */
  readonly config: DeclaredObject<Members>
  /** Settings of the local engine only. */
  readonly local: DeclaredObject<Members>
}

/** A setting that no other builder describes. `expected` completes the sentence "must be …". */
export function setting<T>(expected: string, accepts: (value: unknown) => boolean, schema: JsonSchema): Declared<T> {
  return { expected, accepts, optional: false, schema }
}

/** A group of settings, in which other keys are errors. */
export function section<S extends Members>(members: S, description?: string): DeclaredObject<S> {
  return closed(object(members, description))
}

/** The same settings with a rule between them in their schema. The reader of the settings checks it as well. */
export function ruled<S extends Members>(type: DeclaredObject<S>, rule: object): DeclaredObject<S> {
  // The schema of an object is never `true`.
  return { ...type, schema: { ...(type.schema as object), ...rule } }
}

/** The rule that a member is required, and not null, if another has a value. */
export function neededIf(key: string, value: string, needed: string): object {
  return {
    if: { properties: { [key]: { const: value } }, required: [key] },
    then: { properties: { [needed]: { type: 'string' } }, required: [needed] },
  }
}

/** A setting that is read when the engine starts. Clients can neither read nor change it. */
export function atStart<D extends Declared<unknown, boolean>>(type: D): D {
  return { ...type, isFixed: true }
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

/**
 * The settings under `path`, such as `iii-queue` or `iii-queue.queue_configs.mail`. Absent settings count as an empty
 * object; optional nulls become `undefined`, or the default of the setting.
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
    if (value !== undefined || !field.optional) parsed[key] = parseSetting(`${path}.${key}`, field, value)
    else if (field.absent !== undefined) parsed[key] = field.absent
  }
  // Every member was checked against its field above.
  return parsed as Infer<S>
}

/** A value without the credentials of an address. */
function shown(value: unknown): unknown {
  return typeof value === 'string' && value.includes('://') ? addressWithoutCredentials(value) : value
}

function parseSetting(path: string, type: Declared<unknown, boolean>, value: unknown): unknown {
  const { members, items, values } = type
  if (members !== undefined) return parseSettings(path, members, value)
  if (!type.accepts(value) && !isNested(type, value))
    throw invalidConfig(`${path} must be ${type.expected}, got ${describe(shown(value))}`)
  if (items?.members !== undefined)
    return (value as unknown[]).map((item, index) => parseSetting(`${path}.${String(index)}`, items, item))
  if (values?.members === undefined) return value
  const named = Object.entries(value as object).map(([name, member]) => [
    name,
    parseSetting(`${path}.${name}`, values, member),
  ])
  return Object.fromEntries(named) as unknown
}

/** Whether a value has the outer form of its type, so that the error can name the key inside that is wrong. */
function isNested({ items, values }: Declared<unknown, boolean>, value: unknown): boolean {
  return (items?.members !== undefined && Array.isArray(value)) || (values?.members !== undefined && isRecord(value))
}

/** The same settings without those that are read at start only. */
export function changeable<S extends Members>({ members, schema }: DeclaredObject<S>): DeclaredObject<Members> {
  const kept = Object.entries(members).filter(([, { isFixed }]) => isFixed !== true)
  const { description } = schema === true ? {} : (schema as { readonly description?: string })
  return section(Object.fromEntries(kept.map(([key, type]) => [key, withoutFixed(type)])), description)
}

function withoutFixed(type: Declared<unknown, boolean>): Declared<unknown, boolean> {
  if (type.members === undefined) return type
  const inner = changeable(type as DeclaredObject<Members>)
  return type.optional ? optional(inner) : inner
}

/** The part of settings whose keys are, or are not, read at start only. */
export function partOf(shape: Members, settings: unknown, isFixed: boolean): Record<string, unknown> {
  const part: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(isRecord(settings) ? settings : {})) {
    const type = shape[key]
    if (type === undefined || value === undefined || value === null) continue
    if (type.isFixed !== true && type.members !== undefined) part[key] = partOf(type.members, value, isFixed)
    else if ((type.isFixed === true) === isFixed) part[key] = value
  }
  return part
}

/** Settings of two parts that `partOf` has separated, in one object. */
export function joined(one: Readonly<Record<string, unknown>>, other: unknown): Record<string, unknown> {
  const all = { ...one }
  for (const [key, value] of Object.entries(isRecord(other) ? other : {})) {
    const present = all[key]
    all[key] = isRecord(present) ? joined(present, value) : value
  }
  return all
}

export function invalidConfig(message: string): RuntimeError {
  return new RuntimeError(ErrorCode.INVALID_CONFIG, message)
}
