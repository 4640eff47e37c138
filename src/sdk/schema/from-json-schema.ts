/** A schema made from a JSON Schema that another program has published, such as one in any language behind an engine. */
import { ErrorCode, invalidArgument, RuntimeError } from '../../errors.js'
import { nestingFault } from '../../std/json/walk.js'
import type { CheckValue } from '../../std/json/value-schema.js'
import { isRecord } from '../../wire/protocol/validate.js'
import type { StandardSchemaV1 } from './standard-schema.js'

/**
 * Makes a Standard Schema from a JSON Schema: draft-07, or the draft that `$schema` names. The value is returned as it
 * was given: defaults are not filled in. The first validation loads the validator, so it is asynchronous.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for a schema that is neither an object nor a boolean, or that nests more than 500
 * levels.
 * @example
 * const order = fromJsonSchema<{ sku: string }>({ type: 'object', properties: { sku: { type: 'string' } }, required: ['sku'] })
 * const create = defineFunction({ id: 'orders::create', input: order })
 */
export function fromJsonSchema<T = unknown>(schema: unknown): StandardSchemaV1<T> {
  if (typeof schema !== 'boolean' && !isRecord(schema)) throw invalidArgument('schema', 'a JSON Schema', schema)
  const fault = nestingFault(schema)
  if (fault !== undefined) throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, `schema cannot be read: ${fault}`)
  const document = schema === true ? {} : schema === false ? { not: {} } : schema
  let loaded: Promise<CheckValue> | undefined
  let check: CheckValue | undefined
  const result = (value: unknown, fault: string | undefined) =>
    // What the schema describes is what the caller says it is.
    fault === undefined ? { value: value as T } : { issues: [{ message: fault }] }
  return {
    '~standard': {
      version: 1,
      vendor: 'iii-node',
      validate: (value) => {
        if (check !== undefined) return result(value, check(value))
        loaded ??= load(document).then((made) => (check = made))
        return loaded.then((made) => result(value, made(value)))
      },
      ...{ jsonSchema: { input: () => document, output: () => document } },
    },
  }
}

async function load(schema: object): Promise<CheckValue> {
  const { compileSchema, loadSchemaTools } = await import('../../std/json/value-schema.js')
  return compileSchema(await loadSchemaTools(), schema)
}
