/**
 * Handles the schemas of a function: converts them to JSON Schema for the registration and wraps the handler so that it
 * validates input and output. A function without schemas is returned unchanged.
 */
import { invalidArgument } from '../../../errors.js'
import { jsonSchemaOf, nestedUnder, type ToJsonSchema } from '../../schema/json-schema.js'
import { isStandardSchema, type SchemaSide, type StandardSchemaV1 } from '../../schema/standard-schema.js'
import { checkedHandler } from './checked-handler.js'
import { checkSchema } from './contract.js'
import { checksMade, type ChecksMade } from '../calls/contract-call.js'
import type { Report } from '../diagnostics/diagnostics.js'
import { formatsOf, type JsonSchemaFormat, type RegisterFunctionFormat } from './function-format.js'
import type { FunctionHandler } from './function-handler.js'

/** How schemas are used. */
export type SchemaSettings = {
  /** Which values are checked on each call. Default both. */
  validate?: ChecksMade | undefined
  /** Converts schemas that cannot do it themselves to JSON Schema. */
  toJsonSchema?: ToJsonSchema | undefined
  /**
   * `'body'`: the schemas are those of an HTTP request's and response's bodies, and a request that does not fit is
   * answered with status 400 and its issues. Default `'payload'`: of the whole payload and result.
   */
  schemaTarget?: 'payload' | 'body' | undefined
}

/** Options of a function with schemas, as they are at run time. */
export type SchemaOptions = SchemaSettings & {
  input?: StandardSchemaV1 | undefined
  output?: StandardSchemaV1 | undefined
}

/** Members of a registration that are read here. */
type Registration = SchemaOptions & {
  readonly id: string
  readonly request_format?: JsonSchemaFormat | undefined
  readonly response_format?: JsonSchemaFormat | undefined
}

/** A registration with its schemas worked in. */
export interface Described {
  readonly request_format: JsonSchemaFormat | undefined
  readonly response_format: JsonSchemaFormat | undefined
  /** The handler, with checks around it if any are asked for. */
  readonly wrap: (handler: FunctionHandler) => FunctionHandler
}

/**
 * Reads the schemas of a registration, from its options or from its handler.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for a schema that is none, settings of the wrong kind, or a schema that
 * cannot be converted and whose format is not written out.
 */
export function describeFunction(options: Registration, handler: object, report: Report): Described {
  const carried = formatsOf(handler)
  const input = checkSchema('input', options.input) ?? schemaIn(carried.input)
  const output = checkSchema('output', options.output) ?? schemaIn(carried.output)
  const request_format = written('input', options) ?? formatIn(carried.input)
  const response_format = written('output', options) ?? formatIn(carried.output)
  if (input === undefined && output === undefined) return { request_format, response_format, wrap: unchanged }
  const checks = checksMade(options.validate)
  const target = checkTarget(options.schemaTarget)
  return {
    request_format: request_format ?? formatOf('input', input, options),
    response_format: response_format ?? formatOf('output', output, options),
    wrap: (inner) =>
      checkedHandler(inner, {
        id: options.id,
        input: checks.input ? input : undefined,
        output: checks.output ? output : undefined,
        hidesCaller: input !== undefined,
        target,
        report,
      }),
  }
}

const unchanged = (handler: FunctionHandler): FunctionHandler => handler

function schemaIn(carried: unknown): StandardSchemaV1 | undefined {
  return isStandardSchema(carried) ? carried : undefined
}

function formatIn(carried: JsonSchemaFormat | StandardSchemaV1 | undefined): JsonSchemaFormat | undefined {
  return isStandardSchema(carried) ? undefined : carried
}

/** A format that is written out; a schema in its place, which the types do not allow, is converted and not checked. */
function written(side: SchemaSide, options: Registration): JsonSchemaFormat | undefined {
  const given = side === 'input' ? options.request_format : options.response_format
  return isStandardSchema(given) ? formatOf(side, given, options) : given
}

function formatOf(
  side: SchemaSide,
  schema: StandardSchemaV1 | undefined,
  { toJsonSchema, schemaTarget }: SchemaSettings,
): RegisterFunctionFormat | undefined {
  if (schema === undefined) return undefined
  const instead = side === 'input' ? 'request_format' : 'response_format'
  const format = jsonSchemaOf(schema, { side, toJsonSchema: checkConverter(toJsonSchema), argument: side, instead })
  return schemaTarget === 'body' ? nestedUnder('body', format) : format
}

/** A converter, or none. */
export function checkConverter(value: unknown): ToJsonSchema | undefined {
  if (value === undefined || typeof value === 'function') return value as ToJsonSchema | undefined
  throw invalidArgument('toJsonSchema', 'a function', value)
}

function checkTarget(value: unknown): 'payload' | 'body' {
  if (value === undefined || value === 'payload') return 'payload'
  if (value === 'body') return value
  throw invalidArgument('schemaTarget', "'payload' or 'body'", value)
}
