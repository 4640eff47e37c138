/**
 * The JSON Schema of a configuration file, for editors. Made from the declarations by which the engine reads the
 * settings. A schema cannot express that a built-in is listed once, and that `default_deny` needs `rbac`.
 */
import { builtins, SUCCESSORS, WITHOUT_EFFECT } from '../builtins/index.js'
import { ENGINE_WORKER_NAME } from '../builtins/engine/workers.js'
import { list, optional, record, type Declared } from '../declare/schema.js'
import { section, type SettingsDeclaration } from '../declare/settings.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { entryShape, topShape } from './config.js'
import { LISTENER_NAME, listenerSettings } from './listener-config.js'

const DEFINITIONS = '#/definitions/'

/** A variable that the engine replaces before it reads the file. */
const placeholder = {
  description: 'Replaced by an environment variable.',
  pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*(:[^}]*)?\\}',
  type: 'string',
}

/** The JSON Schema (draft-07) of a configuration file. */
export function configSchema(): Readonly<Record<string, unknown>> {
  const entries = { ...list(record()), schema: { items: { $ref: `${DEFINITIONS}entry` }, type: 'array' } }
  const workers = optional<readonly unknown[]>(entries)
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration of an iii engine',
    ...(withPlaceholders(section({ ...topShape, workers, modules: workers }).schema) as object),
    definitions: { placeholder, entry: withPlaceholders(entrySchema()) },
  }
}

function entrySchema(): object {
  const settings: readonly (readonly [string, SettingsDeclaration])[] = [
    [LISTENER_NAME, listenerSettings],
    [ENGINE_WORKER_NAME, { config: section({}), local: section({}) }],
    ...Object.entries(builtins).map(([name, builtin]) => [name, builtin.settings] as const),
  ]
  const namesOf = (name: string): string[] => [
    name,
    ...[...SUCCESSORS.keys()].filter((newer) => SUCCESSORS.get(newer) === name),
  ]
  const names = { enum: [...settings.flatMap(([name]) => namesOf(name)), ...WITHOUT_EFFECT].sort(), type: 'string' }
  const name: Declared<string> = { ...entryShape.name, schema: names }
  return {
    ...(section({ ...entryShape, name }).schema as object),
    allOf: settings.map(([each, { config, local }]) => ({
      if: { properties: { name: { enum: namesOf(each) } }, required: ['name'] },
      then: { properties: { config: optional(config).schema, local: optional(local).schema } },
    })),
  }
}

/** The same schema, in which null and placeholders stand for scalars as they do in a file. */
function withPlaceholders(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withPlaceholders)
  if (!isRecord(schema)) return schema
  const { enum: words, type } = schema
  if (Array.isArray(words) || isScalar(type) || typeof schema['pattern'] === 'string') {
    const acceptsNull = Array.isArray(type) && type.includes('null') && Array.isArray(words)
    return {
      anyOf: [
        acceptsNull ? { ...schema, enum: [...(words as unknown[]), null] } : schema,
        { $ref: `${DEFINITIONS}placeholder` },
      ],
    }
  }
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, key === 'if' ? value : withPlaceholders(value)]),
  )
}

function isScalar(type: unknown): boolean {
  const types: readonly unknown[] = Array.isArray(type) ? type : [type]
  return types.some((each) => each === 'integer' || each === 'number' || each === 'boolean')
}
