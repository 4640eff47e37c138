/**
 * Contracts: what callers and callees agree on, written once as plain data. Making one has no side effect and needs no
 * worker, so both sides can import it.
 */
import { invalidArgument } from '../../../errors.js'
import {
  isStandardSchema,
  type InferInput,
  type InferOutput,
  type StandardSchemaV1,
} from '../../schema/standard-schema.js'
import type { ToJsonSchema } from '../../schema/json-schema.js'
import { checkId, checkNamespace, checkRecord } from '../check.js'
import type { JsonSchemaFormat } from './function-format.js'

/** A schema or `undefined`. */
export type MaybeSchema = StandardSchemaV1 | undefined

/** Contract of a function: id, input and output. */
export type FunctionContract<I extends MaybeSchema = MaybeSchema, O extends MaybeSchema = MaybeSchema> = {
  readonly id: string
  /** Schema of the payload. Callers send its input type, the handler receives its output type. */
  readonly input?: I
  /** Schema of the result. The handler returns its input type, callers receive its output type. */
  readonly output?: O
  readonly description?: string | undefined
  /** Any JSON; `internal: true` hides the function from lists. */
  readonly metadata?: Record<string, unknown> | undefined
  /** JSON Schema of the payload. Default: generated from `input`. */
  readonly request_format?: JsonSchemaFormat | undefined
  /** JSON Schema of the result. Default: generated from `output`. */
  readonly response_format?: JsonSchemaFormat | undefined
  /** Converts schemas to JSON Schema, if their library cannot. */
  readonly toJsonSchema?: ToJsonSchema | undefined
}

/** Contract of a trigger type: id, config and payload. */
export type TriggerTypeContract<C extends MaybeSchema = MaybeSchema, R extends MaybeSchema = MaybeSchema> = {
  readonly id: string
  /** Schema of the `config` of a binding. */
  readonly config?: C
  /** Schema of the payload of bound functions. */
  readonly request?: R
  /** Shown in lists of trigger types. */
  readonly description?: string | undefined
  readonly namespace?: string | undefined
  /** Converts schemas to JSON Schema, if their library cannot. */
  readonly toJsonSchema?: ToJsonSchema | undefined
}

/** Contract of a trigger type with known schemas. */
export type DefinedTriggerType<C extends MaybeSchema, R extends MaybeSchema> = Omit<
  TriggerTypeContract<C, R>,
  'config' | 'request'
> &
  ([C] extends [undefined] ? { readonly config?: undefined } : { readonly config: C }) &
  ([R] extends [undefined] ? { readonly request?: undefined } : { readonly request: R })

/* eslint-disable @typescript-eslint/no-explicit-any -- what no schema describes is any, as everywhere in this package */
/** Input type of an optional schema. */
export type SentAs<S> = [NonNullable<S>] extends [never]
  ? any
  : NonNullable<S> extends StandardSchemaV1
    ? InferInput<NonNullable<S>>
    : any
/** Output type of an optional schema. */
export type ReceivedAs<S> = [NonNullable<S>] extends [never]
  ? any
  : NonNullable<S> extends StandardSchemaV1
    ? InferOutput<NonNullable<S>>
    : any
/* eslint-enable @typescript-eslint/no-explicit-any */

/** Input type of a contract, as callers pass it. */
export type ContractInput<C extends FunctionContract> = SentAs<C['input']>
/** Output type of a contract, as callers receive it. */
export type ContractOutput<C extends FunctionContract> = ReceivedAs<C['output']>

/**
 * Declares a function for both its sides: `worker.registerFunction(contract, handler)` serves it,
 * `worker.trigger(contract, payload)` calls it.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for a blank id or an invalid schema.
 * @example
 * const add = defineFunction({
 *   id: 'math::add',
 *   input: z.object({ a: z.number(), b: z.number() }),
 *   output: z.object({ sum: z.number() }),
 * })
 */
export function defineFunction<I extends MaybeSchema = undefined, O extends MaybeSchema = undefined>(
  contract: FunctionContract<I, O>,
): FunctionContract<I, O> {
  checkRecord('contract', contract)
  checkId('id', contract.id)
  checkSchema('input', contract.input)
  checkSchema('output', contract.output)
  return { ...contract }
}

/**
 * Declares a trigger type for its provider, `worker.registerTriggerType(contract, handler)`, and for those who bind
 * functions to it, `worker.registerTrigger(contract, { function_id, config })`.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for a blank id or an invalid schema, `INVALID_NAMESPACE`.
 */
export function defineTriggerType<C extends MaybeSchema = undefined, R extends MaybeSchema = undefined>(
  contract: TriggerTypeContract<C, R>,
): DefinedTriggerType<C, R> {
  checkRecord('contract', contract)
  checkId('id', contract.id)
  checkNamespace('namespace', contract.namespace)
  checkSchema('config', contract.config)
  checkSchema('request', contract.request)
  // Which schemas are there is what the arguments' types said.
  return { ...contract } as DefinedTriggerType<C, R>
}

/** A schema of any library, or none. */
export function checkSchema(argument: string, value: unknown): StandardSchemaV1 | undefined {
  if (value === undefined || isStandardSchema(value)) return value
  throw invalidArgument(argument, 'a Standard Schema, as zod (3.24 or later), valibot and arktype make them', value)
}
