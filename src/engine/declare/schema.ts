/**
 * Builders that declare the values which built-ins accept and return. One declaration is the JSON Schema (draft-07) that
 * the engine publishes, the check of a value at run time, and its TypeScript type, so the three cannot differ. Knows the
 * types of values, not the functions.
 */
import { isRecord, json, type Field, type FieldType, type RequiredKeys } from '../../wire/protocol/validate.js'

/** A JSON Schema; `true` accepts any value. */
export type JsonSchema = true | Readonly<Record<string, unknown>>

/** A declared value. `Optional` says whether a member of this type may be missing or null. */
export interface Declared<T, Optional extends boolean = false> extends Field<T, Optional> {
  readonly schema: JsonSchema
  /** Named schemas that `schema` refers to. */
  readonly definitions?: Readonly<Record<string, JsonSchema>>
  /** Whether the schema lists the member as required. Default: unless it is optional. */
  readonly isRequired?: boolean
  /** The value of a member that is missing. */
  readonly absent?: unknown
  /** Another name under which callers may pass the member. */
  readonly alias?: string
  /** Whether a large value stays text, as `JsonText`. Otherwise it is parsed. */
  readonly staysText?: boolean
  /** Whether the setting is read when the engine starts and never changes. */
  readonly isFixed?: boolean
  /** The members of an object, with their types. */
  readonly members?: Members
  /** The type of the items of a list. */
  readonly items?: Declared<unknown>
  /** The type of all members of an object with any names. */
  readonly values?: Declared<unknown>
}

/** The members of an object. */
export type Members = Readonly<Record<string, Declared<unknown, boolean>>>

/** The type of a nested object: its optional members may be null. */
export type ObjectOf<S extends Members> = { readonly [K in RequiredKeys<S>]: FieldType<S[K]> } & {
  readonly [K in Exclude<keyof S, RequiredKeys<S>>]?: FieldType<S[K]> | null | undefined
}

/** A declared object, with its members. */
export interface DeclaredObject<S extends Members> extends Declared<ObjectOf<S>> {
  readonly members: S
}

export function string(description?: string): Declared<string> {
  return declared('a string', { type: 'string', description }, (value) => typeof value === 'string')
}

export function boolean(description?: string): Declared<boolean> {
  return declared('true or false', { type: 'boolean', description }, (value) => typeof value === 'boolean')
}

/** Any finite number. */
export function number(description?: string): Declared<number> {
  return declared('a number', { format: 'double', type: 'number', description }, Number.isFinite)
}

const RANGES = {
  int32: [-0x8000_0000, 0x7fff_ffff],
  // The greatest double below 2^63.
  int64: [-(2 ** 63), 2 ** 63 - 1024],
  uint: [0, Number.MAX_SAFE_INTEGER],
  uint16: [0, 0xffff],
  uint32: [0, 0xffff_ffff],
  uint64: [0, Number.MAX_SAFE_INTEGER],
} as const

/** A whole number of a width. The unsigned ones end at 2^53, beyond which JavaScript cannot count. */
export function integer(format: keyof typeof RANGES, description?: string, min?: number): Declared<number> {
  const [lowest, max] = RANGES[format]
  const from = min ?? lowest
  const schema = { format, type: 'integer', ...(lowest === 0 && { minimum: from }), description }
  return declared(expectedWhole(from, max), schema, isWhole(from, max))
}

/** A whole number within bounds, both included. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER, description?: string): Declared<number> {
  const schema = {
    type: 'integer',
    minimum: min,
    ...(max !== Number.MAX_SAFE_INTEGER && { maximum: max }),
    description,
  }
  return declared(expectedWhole(min, max), schema, isWhole(min, max))
}

function expectedWhole(min: number, max: number): string {
  return `a whole number ${max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`}`
}

function isWhole(min: number, max: number): (value: unknown) => boolean {
  return (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max
}

/** One of several strings. */
export function oneOf<const T extends string>(words: readonly T[], description?: string): Declared<T> {
  const expected = words.map((word) => `\`${word}\``).join(' or ')
  return declared(expected, { enum: words, type: 'string', description }, (value) =>
    words.some((word) => word === value),
  )
}

/** Any JSON value. */
export function any(description?: string): Declared<unknown> {
  const { expected, accepts } = json
  return { expected, accepts, optional: false, schema: description === undefined ? true : { description } }
}

/** Any JSON value; a large one is not parsed. */
export function anyText(description?: string): Declared<unknown> {
  return { ...any(description), staysText: true }
}

/** An object with any members. */
export function record(description?: string): Declared<Readonly<Record<string, unknown>>> {
  return declared('an object', { type: 'object', description }, isRecord)
}

/** An object whose members all have one type. */
export function map<T>(member: Declared<T>, description?: string): Declared<Readonly<Record<string, T>>> {
  return {
    ...declared(
      `an object whose members are each ${member.expected}`,
      { additionalProperties: member.schema, type: 'object', description },
      (value) => isRecord(value) && Object.values(value).every(member.accepts),
    ),
    ...definitionsOf([member]),
    values: member,
  }
}

export function list<T>(item: Declared<T>, description?: string): Declared<readonly T[]> {
  const expected = item.schema === true ? 'a list' : `a list whose items are each ${item.expected}`
  const schema = { items: item.schema, type: 'array', description }
  const accepts = (value: unknown): boolean => Array.isArray(value) && value.every(item.accepts)
  return { ...declared(expected, schema, accepts), ...definitionsOf([item]), items: item }
}

export function object<S extends Members>(members: S, description?: string): DeclaredObject<S> {
  const entries = Object.entries(members)
  const required = entries.filter(([, { optional: mayMiss, isRequired = !mayMiss }]) => isRequired)
  const schema = {
    type: 'object',
    ...(entries.length > 0 && { properties: Object.fromEntries(entries.map(([key, { schema: own }]) => [key, own])) }),
    ...(required.length > 0 && { required: required.map(([key]) => key) }),
    description,
  }
  const accepts = (value: unknown): boolean =>
    isRecord(value) &&
    entries.every(([key, member]) => (member.optional && (value[key] ?? null) === null) || member.accepts(value[key]))
  return { ...declared('an object', schema, accepts), ...definitionsOf(Object.values(members)), members }
}

/** An object whose schema forbids other members. */
export function closed<S extends Members>(type: DeclaredObject<S>): DeclaredObject<S> {
  return { ...type, schema: { ...membersFor(type.schema), additionalProperties: false } }
}

/** A value of one of several types. */
export function union<const D extends readonly Declared<unknown>[]>(
  types: D,
  keyword: 'anyOf' | 'oneOf' = 'anyOf',
): Declared<FieldType<D[number]>> {
  return {
    expected: types.map(({ expected }) => expected).join(' or '),
    optional: false,
    accepts: (value) => types.some(({ accepts }) => accepts(value)),
    schema: { [keyword]: types.map(({ schema }) => schema) },
    ...definitionsOf(types),
  }
}

/** Publishes a type under a name, to which schemas refer. */
export function named<D extends Declared<unknown>>(name: string, type: D): D {
  const definitions = { ...type.definitions, [name]: type.schema }
  return { ...type, schema: { $ref: `#/definitions/${name}` }, definitions }
}

/** The same type with a description where it is used. */
export function described<D extends Declared<unknown, boolean>>(type: D, description: string): D {
  return { ...type, schema: { ...membersFor(type.schema), description } }
}

/** The same type for a member that may be missing or null. Pass null where the schema names it as the default. */
export function optional<T>(type: Declared<T>, byDefault?: null): Declared<T, true> {
  return {
    ...type,
    optional: true,
    schema: byDefault === null ? { ...membersFor(nullable(type.schema)), default: null } : nullable(type.schema),
  }
}

/** The same type for a member that is always there and may be null. */
export function present<T>(type: Declared<T>): Declared<T | null> {
  return { ...type, schema: nullable(type.schema), accepts: (value) => value === null || type.accepts(value) }
}

/** The same type for a member that may be missing. Null counts as missing, although the schema does not say so. */
export function omittable<T>(type: Declared<T>): Declared<T, true> {
  return { ...type, optional: true }
}

/** The same type for a member with a value while it is missing. */
export function withDefault<T>(type: Declared<T, boolean>, absent: T): Declared<T, boolean> {
  return { ...type, optional: true, absent, schema: { ...membersFor(type.schema), default: absent } }
}

/** A member that the schema requires. While it is missing it has a value that the function refuses with its own code. */
export function refusedLater<T, A>(type: Declared<T>, absent: A): Declared<T | A, boolean> {
  return { ...type, optional: true, absent, isRequired: true }
}

/** The same type for a member with a second name. */
export function alias<D extends Declared<unknown, boolean>>(type: D, other: string): D {
  return { ...type, alias: other }
}

/** Publishes the schema of one type and accepts another: what the distributed engine accepts beyond its schema. */
export function accepting<T, Optional extends boolean>(
  type: Declared<T, Optional>,
  shown: Declared<unknown, boolean>,
): Declared<T, Optional> {
  const { schema, definitions = {}, optional: mayMiss, isRequired = !mayMiss } = shown
  return { ...type, schema, definitions, isRequired }
}

/** The schema as a document of its own. */
export function documentOf({ schema, definitions }: Declared<unknown, boolean>): object {
  const $schema = 'http://json-schema.org/draft-07/schema#'
  return { $schema, ...(schema === true ? {} : schema), ...(isEmpty(definitions) ? {} : { definitions }) }
}

function declared<T>(
  expected: string,
  schema: Readonly<Record<string, unknown>>,
  accepts: (value: unknown) => boolean,
): Declared<T> {
  return { expected, accepts, optional: false, schema }
}

function definitionsOf(types: readonly Declared<unknown, boolean>[]): Pick<Declared<unknown>, 'definitions'> {
  const definitions: Record<string, JsonSchema> = {}
  for (const type of types) Object.assign(definitions, type.definitions)
  return isEmpty(definitions) ? {} : { definitions }
}

function isEmpty(definitions: object | undefined): boolean {
  return definitions === undefined || Object.keys(definitions).length === 0
}

/** A schema to which keywords can be added: draft-07 ignores all others beside `$ref`. */
function membersFor(schema: JsonSchema): Readonly<Record<string, unknown>> {
  if (schema === true) return {}
  return '$ref' in schema ? { allOf: [schema] } : schema
}

function nullable(schema: JsonSchema): JsonSchema {
  if (schema === true) return true
  const { type, allOf, ...rest } = membersFor(schema)
  if (Array.isArray(allOf)) return { ...rest, anyOf: [...(allOf as readonly unknown[]), { type: 'null' }] }
  if ('anyOf' in rest) return { anyOf: [{ ...rest }, { type: 'null' }] }
  return type === undefined ? schema : { ...rest, type: [type, 'null'] }
}
