/**
 * Converts schemas of zod and valibot to JSON Schema draft-07, with the packages that the user has installed. The major
 * version of zod is recognised by structure, so a schema of another copy of zod is converted as well.
 */
import { isRecord } from '../../wire/protocol/validate.js'
import type { SchemaSide, StandardSchemaV1 } from './standard-schema.js'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** A schema of zod 4, or of zod 4's core such as zod mini. */
export function isZod4(schema: object): boolean {
  return '_zod' in schema
}

/** A schema of zod 3. */
export function isZod3(schema: StandardSchemaV1): boolean {
  return schema['~standard'].vendor === 'zod' && '_def' in schema && !isZod4(schema)
}

/** The used members of zod's callback argument. */
interface Zod4Override {
  readonly zodSchema: { readonly _zod: { readonly def: { readonly type: string } } }
  readonly jsonSchema: Record<string, unknown>
  readonly path: readonly unknown[]
}

/** Types without a JSON form. The check of zod would also refuse dates and empty results, which JSON can represent. */
const WITHOUT_JSON_FORM = new Set(['bigint', 'custom', 'function', 'map', 'nan', 'set', 'symbol', 'transform'])

/**
 * Options of the zod 4 converter. A date becomes text and an undefined result null; other types that zod cannot convert
 * are errors.
 */
export function zod4Options(side: SchemaSide): Record<string, unknown> {
  return {
    // Zod 4.0 and 4.1 accept only this spelling; later versions accept both.
    target: 'draft-7',
    io: side,
    unrepresentable: 'any',
    // The registry of descriptions exists once per copy of zod; the method of a schema uses the right one.
    metadata: { get: metadataOf, has: (schema: object) => metadataOf(schema) !== undefined },
    override: ({ zodSchema, jsonSchema, path }: Zod4Override) => {
      const { type } = zodSchema._zod.def
      if (type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' })
      else if (path.length === 0 && (type === 'void' || type === 'undefined')) jsonSchema['type'] = 'null'
      else if (WITHOUT_JSON_FORM.has(type)) throw new Error(`${type} at /${path.join('/')} has no JSON Schema`)
    },
  }
}

function metadataOf(schema: object): unknown {
  const { meta } = schema as { readonly meta?: unknown }
  return typeof meta === 'function' ? (meta.call(schema) as unknown) : undefined
}

type Convert = (schema: StandardSchemaV1, options: object) => unknown

/** Converts a schema of zod 4.0 and 4.1, which have no method for it. */
export function zod4JsonSchema(schema: StandardSchemaV1, side: SchemaSide): unknown {
  const convert = userModule('zod/v4/core')?.['toJSONSchema'] as Convert | undefined
  if (convert === undefined) throw new Error('zod was not found from here; zod 4.2 or later need not be found')
  return convert(schema, zod4Options(side))
}

/** Converts a schema of zod 3. */
export function zod3JsonSchema(schema: StandardSchemaV1, side: SchemaSide): unknown {
  const convert = userModule('zod-to-json-schema')?.['zodToJsonSchema'] as Convert | undefined
  if (convert === undefined) throw new Error('schemas of zod 3 need the package zod-to-json-schema')
  return convert(schema, {
    target: 'jsonSchema7',
    pipeStrategy: side,
    postProcess: (jsonSchema: unknown, def: unknown, place: { readonly currentPath: readonly unknown[] }) => {
      if (!isRecord(def)) return jsonSchema
      const name = def['typeName']
      if (place.currentPath.length === 1 && (name === 'ZodVoid' || name === 'ZodUndefined')) return { type: 'null' }
      const isTransform = name === 'ZodEffects' && isRecord(def['effect']) && def['effect']['type'] === 'transform'
      if (isTransform && side === 'output') throw new Error('the output of a transform has no JSON Schema')
      return jsonSchema
    },
  })
}

/** Converts a schema of valibot. */
export function valibotJsonSchema(schema: StandardSchemaV1, side: SchemaSide): unknown {
  const convert = userModule('@valibot/to-json-schema')?.['toJsonSchema'] as Convert | undefined
  if (convert === undefined) throw new Error('schemas of valibot need the package @valibot/to-json-schema')
  return convert(schema, { target: 'draft-07', typeMode: side })
}

/** A module, or undefined if it is not installed. An installed one that fails to load throws. */
function userModule(name: string): Record<string, unknown> | undefined {
  for (const place of [import.meta.url, process.argv[1], join(process.cwd(), 'package.json')]) {
    const found = place === undefined ? undefined : resolveFrom(place, name)
    if (found !== undefined) return found.load()
  }
  return undefined
}

function resolveFrom(place: string, name: string): { readonly load: () => Record<string, unknown> } | undefined {
  try {
    const requireFrom = createRequire(place)
    const file = requireFrom.resolve(name)
    return { load: () => requireFrom(file) as Record<string, unknown> }
  } catch {
    return undefined // Not found here; the next location may have it.
  }
}
