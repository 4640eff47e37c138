/**
 * Documentation of a function's payloads, and how a wrapped function carries it to its registration.
 */
import type { StandardSchemaV1 } from '../../schema/standard-schema.js'
import { keysOf } from '../../../std/text/unknown-options.js'

/** Documentation of a payload: any JSON Schema object. The engine lists it and never enforces it. */
export type RegisterFunctionFormat = {
  name?: string
  description?: string
  type?: 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null' | 'map' | 'integer'
  properties?: Record<string, unknown>
  items?: unknown
  required?: string[]
  [key: string]: unknown
}

/**
 * The same where it is given: any JSON Schema object, also one whose type is an interface of a schema library. A schema
 * that checks goes into `input` and `output`.
 */
export type JsonSchemaFormat =
  | RegisterFunctionFormat
  | {
      readonly $schema?: unknown
      readonly $ref?: unknown
      readonly type?: unknown
      readonly enum?: unknown
      readonly const?: unknown
      readonly properties?: unknown
      readonly items?: unknown
      readonly allOf?: unknown
      readonly anyOf?: unknown
      readonly oneOf?: unknown
      // Members of schemas that check, of zod, valibot and arktype.
      readonly safeParse?: never
      readonly '~run'?: never
      readonly allows?: never
    }

/** Formats of a function: JSON Schemas, or schemas that are also checked. */
export type FunctionFormats = {
  input?: JsonSchemaFormat | StandardSchemaV1 | undefined
  output?: JsonSchemaFormat | StandardSchemaV1 | undefined
}

export const FORMAT_KEYS = keysOf<FunctionFormats>({ input: true, output: true })

/** Global, so that copies of the package understand each other. */
const FORMATS = Symbol.for('iii-node.function-formats')

/** Puts formats on a handler. */
export function withFormats<THandler extends object>(handler: THandler, formats: FunctionFormats): THandler {
  return Object.assign(handler, { [FORMATS]: formats })
}

/** The formats that a handler carries. */
export function formatsOf(handler: object): FunctionFormats {
  return (handler as { readonly [FORMATS]?: FunctionFormats })[FORMATS] ?? {}
}
