/**
 * Documentation of a function's payloads, and how a wrapped function carries it to its registration.
 */
import type { StandardSchemaV1 } from '../schema/standard-schema.js'

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

/** What a function takes and answers: documentation, or schemas that are checked as well. */
export type FunctionFormats = {
  input?: RegisterFunctionFormat | StandardSchemaV1
  output?: RegisterFunctionFormat | StandardSchemaV1
}

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
