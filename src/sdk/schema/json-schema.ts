/**
 * Converts a schema of any library to JSON Schema draft-07, by the first method that works. Never documents less than
 * the schema requires: an empty result is accepted only for a schema that accepts any value.
 */
import { ErrorCode, RuntimeError } from '../../errors.js'
import { nestingFault } from '../../std/json/walk.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { describe, messageOf } from '../../std/text/describe.js'
import { parse } from './parse.js'
import type { SchemaSide, StandardSchemaV1 } from './standard-schema.js'
import { isZod3, isZod4, valibotJsonSchema, zod3JsonSchema, zod4JsonSchema, zod4Options } from './library-schemas.js'

/** Converts a schema of a library that has no converter of its own: `io` selects the input or the output side. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- every library's converter asks for its own schema type
export type ToJsonSchema = (schema: any, options: { io: SchemaSide; target: 'draft-07' }) => unknown

/** The purpose of a conversion, and the fallback. */
export interface Conversion {
  readonly side: SchemaSide
  readonly toJsonSchema?: ToJsonSchema | undefined
  /** The option to name in messages. */
  readonly argument: string
  /** The option that makes the conversion unnecessary. */
  readonly instead: string
}

/**
 * The JSON Schema of a schema.
 * @throws {RuntimeError} `INVALID_ARGUMENT` when no method gives a useful result; the message says why each failed.
 */
export function jsonSchemaOf(schema: StandardSchemaV1, conversion: Conversion): Record<string, unknown> {
  const failures: string[] = []
  for (const [name, convert] of waysFor(schema, conversion)) {
    try {
      const emitted = convert()
      const failure = shortcoming(schema, emitted)
      if (failure === undefined) return emitted as Record<string, unknown>
      failures.push(`${name} gave ${failure}`)
    } catch (thrown) {
      failures.push(`${name}: ${messageOf(thrown).slice(0, MAX_REASON_CHARACTERS)}`)
    }
  }
  throw notConvertible(schema, conversion, failures)
}

const MAX_REASON_CHARACTERS = 300
const MAX_NAME_CHARACTERS = 40

type Way = readonly [name: string, convert: () => unknown]

function waysFor(schema: StandardSchemaV1, { side, toJsonSchema }: Conversion): readonly Way[] {
  const ways: Way[] = []
  const own = ownConverter(schema, side)
  if (own !== undefined) ways.push(['its own converter', own])
  if (isZod4(schema)) ways.push(['toJSONSchema of zod', () => zod4JsonSchema(schema, side)])
  if (isZod3(schema)) ways.push(['zod-to-json-schema', () => zod3JsonSchema(schema, side)])
  if (schema['~standard'].vendor === 'valibot' && toJsonSchema === undefined) {
    ways.push(['@valibot/to-json-schema', () => valibotJsonSchema(schema, side)])
  }
  if (toJsonSchema !== undefined) {
    ways.push(['`toJsonSchema`', () => toJsonSchema(schema, { io: side, target: 'draft-07' })])
  }
  return ways
}

/** The converter of the schema itself (Standard JSON Schema). */
function ownConverter(schema: StandardSchemaV1, side: SchemaSide): (() => unknown) | undefined {
  const { jsonSchema } = schema['~standard'] as { readonly jsonSchema?: unknown }
  if (!isRecord(jsonSchema) || typeof jsonSchema[side] !== 'function') return undefined
  const options = { target: 'draft-07', ...(isZod4(schema) ? { libraryOptions: zod4Options(side) } : {}) }
  return () => (jsonSchema as Record<SchemaSide, (options: object) => unknown>)[side](options)
}

/** Why a result is not usable. */
function shortcoming(schema: StandardSchemaV1, emitted: unknown): string | undefined {
  if (!isRecord(emitted)) return `${describe(emitted)} instead of a JSON Schema`
  const fault = nestingFault(emitted)
  if (fault !== undefined) return `a JSON Schema that cannot be read: ${fault}`
  if (Object.keys(emitted).some((key) => !ANNOTATIONS.has(key)) || takesAnything(schema)) return undefined
  return 'an empty JSON Schema for a schema that does not accept every value'
}

/** Keywords that do not constrain a value. */
const ANNOTATIONS = new Set(
  '$schema $id $comment $defs definitions title description default examples readOnly writeOnly deprecated'.split(' '),
)

const SAMPLES: readonly unknown[] = [{}, [], 'text', 0, true, null]

function takesAnything(schema: StandardSchemaV1): boolean {
  return SAMPLES.every((sample) => {
    const parsed = parse(schema, sample)
    return !(parsed instanceof Promise) && parsed.issues === undefined
  })
}

function notConvertible(schema: StandardSchemaV1, conversion: Conversion, failures: readonly string[]): RuntimeError {
  const { argument, instead } = conversion
  const vendor: unknown = schema['~standard'].vendor
  const library = typeof vendor === 'string' ? vendor.slice(0, MAX_NAME_CHARACTERS) : 'an unnamed library'
  const tried = failures.length === 0 ? 'it has no converter' : failures.join('; ')
  const text =
    `${argument}, a schema of ${library}, could not be converted to JSON Schema: ${tried}. ` +
    `Pass \`toJsonSchema\`, or write \`${instead}\` yourself`
  return new RuntimeError(ErrorCode.INVALID_ARGUMENT, text)
}

/** The schema of an object whose member `name` matches `schema`. */
export function nestedUnder(name: string, schema: Record<string, unknown>): Record<string, unknown> {
  const { $schema, ...inner } = schema
  return {
    ...($schema === undefined ? {} : { $schema }),
    type: 'object',
    properties: { [name]: withRefsUnder(`#/properties/${name}`, inner) },
    required: [name],
  }
}

/** Keywords whose value is data, whatever it looks like. */
const DATA = new Set(['const', 'default', 'enum', 'examples'])

function withRefsUnder(root: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withRefsUnder(root, item))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, member]: [string, unknown]) => {
    if (key === '$ref' && typeof member === 'string' && member.startsWith('#')) return [key, root + member.slice(1)]
    return [key, DATA.has(key) ? member : withRefsUnder(root, member)]
  })
  return Object.fromEntries(entries) as unknown
}
