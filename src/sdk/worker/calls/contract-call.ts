/**
 * Calls by contract: the payload is checked before anything is sent, the result when it is back. The payload travels as
 * it was given; what its schema makes of it is for the callee to see.
 */
import { invalidArgument } from '../../../errors.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { orAborted } from '../../../std/async/abortable.js'
import { parse, whenParsed } from '../../schema/parse.js'
import type { StandardSchemaV1 } from '../../schema/standard-schema.js'
import { validate, validationError } from '../../schema/validation.js'
import {
  handled,
  isVoid,
  type EnqueueResult,
  type TriggerAction,
  type TriggerFunction,
  type TriggerRequest,
} from './trigger-request.js'
import { checkFlag, checkId, checkRecord } from '../check.js'
import type { RegisteredCall, RegisteredFunction, RegisteredResult, UndeclaredCall } from '../registered-types.js'
import { checkSchema, type ContractInput, type ContractOutput, type FunctionContract } from '../functions/contract.js'

/** Options of a call by contract. */
export type ContractCallOptions = Omit<TriggerRequest, 'function_id' | 'payload'> & {
  /** Which checks this end makes. Default both. */
  validate?: ChecksMade | undefined
}

/** Option `validate`: whether inputs and outputs are checked. */
export type ChecksMade = { input?: boolean | undefined; output?: boolean | undefined }

/** Result of a call by contract, by its action. */
export type ContractResult<C extends FunctionContract, TOptions> = TOptions extends { action: { type: infer Type } }
  ? Type extends 'enqueue'
    ? EnqueueResult
    : undefined
  : 'action' extends keyof TOptions
    ? ContractOutput<C> | EnqueueResult | undefined
    : ContractOutput<C>

/* eslint-disable @typescript-eslint/no-explicit-any -- the result's type is the caller's to name, as in the official package */
/* eslint-disable @typescript-eslint/unified-signatures -- the two for an id differ in the default of the type */
/** Calls a function, by contract or by id. */
export interface ContractTrigger {
  /**
   * Calls the function of a contract.
   * @throws {ValidationError} rejects with `deserialization_error` for a payload that does not fit, before anything is
   * sent, and with `serialization_error` for a result that does not.
   */
  <C extends FunctionContract, TOptions extends ContractCallOptions | undefined = undefined>(
    contract: C,
    payload: ContractInput<C>,
    options?: TOptions,
  ): Promise<ContractResult<C, TOptions>>
  /** Calls a function whose types are declared in `Register`. */
  <Id extends RegisteredFunction, TAction extends TriggerAction | undefined = undefined>(
    request: RegisteredCall<Id, TAction>,
  ): Promise<RegisteredResult<Id, TAction>>
  /** Has a call of a function by id stored in a queue; resolves with the receipt, unless the caller names another type. */
  <TInput = unknown, TOutput = EnqueueResult, Id extends string = string>(
    request: UndeclaredCall<TInput, Id> & { action: { type: 'enqueue' } },
  ): Promise<TOutput>
  /** Calls a function by id. The result's type is the caller's to name. */
  <TInput = unknown, TOutput = any, Id extends string = string>(request: UndeclaredCall<TInput, Id>): Promise<TOutput>
}
/* eslint-enable @typescript-eslint/no-explicit-any, @typescript-eslint/unified-signatures */

/** Functions of several contracts, by name. */
export type ContractClient<T extends Readonly<Record<string, FunctionContract>>> = {
  readonly [Name in keyof T]: <TOptions extends ContractCallOptions | undefined = undefined>(
    ...args: ContractArguments<T[Name], TOptions>
  ) => Promise<ContractResult<T[Name], TOptions>>
}

/** Arguments of a call by contract; the payload is optional if it may be undefined. */
export type ContractArguments<C extends FunctionContract, TOptions> =
  undefined extends ContractInput<C>
    ? [payload?: ContractInput<C>, options?: TOptions]
    : [payload: ContractInput<C>, options?: TOptions]

/** `trigger` that also takes a contract. */
export function withContracts(trigger: TriggerFunction): ContractTrigger {
  const call = (
    first: TriggerRequest | FunctionContract,
    payload?: unknown,
    options?: ContractCallOptions,
  ): Promise<unknown> => (isContract(first) ? callContract(trigger, first, { payload, options }) : trigger(first))
  // A contract checks the type of the result at run time; without one the caller or `Register` asserts it.
  return call as ContractTrigger
}

/**
 * One function per contract.
 * @throws {RuntimeError} `INVALID_ARGUMENT` if one of them is not a contract.
 */
export function contractClient<T extends Readonly<Record<string, FunctionContract>>>(
  trigger: ContractTrigger,
  contracts: T,
): ContractClient<T> {
  const entries = Object.entries(checkRecord('contracts', contracts)).map(([name, contract]) => {
    if (!isContract(contract)) throw invalidArgument(`contracts.${name}`, 'a contract made by defineFunction', contract)
    const call = (payload?: unknown, options?: ContractCallOptions): Promise<unknown> =>
      trigger(contract, payload, options)
    return [name, call] as const
  })
  // The same names, each with the function that its contract describes.
  return Object.fromEntries(entries) as unknown as ContractClient<T>
}

/** Whether a value is a contract rather than a request; with both ids it is a request. */
function isContract(value: unknown): value is FunctionContract {
  try {
    return isRecord(value) && value['function_id'] === undefined && typeof value['id'] === 'string'
  } catch {
    return false // Unreadable; calling it as a request says so in a rejection.
  }
}

interface ContractRequest {
  readonly payload: unknown
  readonly options: ContractCallOptions | undefined
}

/** Never throws: whatever is wrong rejects the promise. */
function callContract(trigger: TriggerFunction, contract: FunctionContract, call: ContractRequest): Promise<unknown> {
  // A check may take its time, too.
  const sent = orAborted(checkThenSend(trigger, contract, call), signalOf(call.options))
  return isVoid(call.options) ? handled(sent) : sent
}

/** The call itself rejects other values. */
function signalOf(options: ContractCallOptions | undefined): AbortSignal | undefined {
  const signal = isRecord(options) ? options.signal : undefined
  return signal instanceof AbortSignal ? signal : undefined
}

async function checkThenSend(
  trigger: TriggerFunction,
  contract: FunctionContract,
  { payload = {}, options = {} }: ContractRequest,
): Promise<unknown> {
  const id = checkId('contract.id', checkRecord('contract', contract)['id'])
  const { validate: wanted, ...routing } = checkRecord('options', options) as ContractCallOptions
  const checks = checksMade(wanted)
  const input = checkSchema('contract.input', contract.input)
  if (input !== undefined && checks.input) {
    const checked = validate(input, payload, { id, side: 'input' })
    // Waiting for a check that is done already would let later calls overtake this one.
    if (checked instanceof Promise) await checked
  }
  const result: unknown = await trigger({ ...routing, function_id: id, payload })
  const output = checkSchema('contract.output', contract.output)
  if (output === undefined || !checks.output || routing.action !== undefined) return result
  return checkResult(output, result, id)
}

/** A null result arrives as undefined, so undefined stands for either. */
function checkResult(schema: StandardSchemaV1, result: unknown, id: string): unknown {
  const subject = { id, side: 'output' } as const
  if (result !== undefined) return validate(schema, result, subject)
  return whenParsed(parse(schema, undefined), (asUndefined) => {
    if (asUndefined.issues === undefined) return asUndefined.value
    return whenParsed(parse(schema, null), (asNull) => {
      if (asNull.issues === undefined) return asNull.value
      throw validationError(subject, asUndefined)
    })
  })
}

/** The checks to make. */
export function checksMade(wanted: ChecksMade | undefined): Required<ChecksMade> {
  const { input, output } = checkRecord('validate', wanted ?? {}) as ChecksMade
  checkFlag('validate.input', input)
  checkFlag('validate.output', output)
  return { input: input ?? true, output: output ?? true }
}
