/**
 * Plain functions as handlers: what describes a function travels with it to its registration.
 */
import { ErrorCode, invalidArgument, InvocationError } from '../../../errors.js'
import { describe } from '../../../std/text/describe.js'
import { checkFunction, checkRecord } from '../check.js'
import { withFormats, type FunctionFormats } from './function-format.js'
import type { FunctionHandler } from './functions.js'

/** Options of `iiiFn` and `iiiAsyncFn`: formats of the registration. */
export type WrapOptions = FunctionFormats & {
  /** Spreads a list payload over the parameters. Default: the payload is the one argument. */
  positional?: boolean | undefined
}

/**
 * Turns a synchronous function into a handler. A function without parameters ignores the payload.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an argument that is not a function. With `positional`, the handler rejects
 * payloads that are no list with `deserialization_error`.
 * @example
 * worker.registerFunction('add', iiiFn((a: number, b: number) => a + b, { positional: true }))
 */
export function iiiFn<TArgs extends unknown[], TOutput>(
  fn: (...args: TArgs) => TOutput,
  options: WrapOptions = {},
): FunctionHandler<TArgs[0], Awaited<TOutput>> {
  checkFunction('fn', fn)
  const { positional = false, ...formats } = checkRecord('options', options) as WrapOptions
  if (typeof positional !== 'boolean') throw invalidArgument('positional', 'true or false', positional)
  const handler = (payload: unknown): Awaited<TOutput> | Promise<Awaited<TOutput>> =>
    // The payload's type is the function's claim about what its callers send.
    fn(...((positional ? listOf(payload) : [payload]) as TArgs)) as Awaited<TOutput>
  return withFormats(handler, formats)
}

/** The same for a function that returns a promise. */
export function iiiAsyncFn<TArgs extends unknown[], TOutput>(
  fn: (...args: TArgs) => Promise<TOutput>,
  options?: WrapOptions,
): FunctionHandler<TArgs[0], TOutput> {
  return iiiFn(fn, options)
}

/** Each argument takes a place on the stack, and a longer list than the stack has room for would be a `RangeError`. */
const MAX_ARGUMENTS = 10_000

function listOf(payload: unknown): unknown[] {
  if (Array.isArray(payload) && payload.length <= MAX_ARGUMENTS) return payload
  const seen = Array.isArray(payload) ? `${String(payload.length)} items` : describe(payload)
  const message = `The payload must be a list of at most ${String(MAX_ARGUMENTS)} arguments, got ${seen}`
  throw new InvocationError({ code: ErrorCode.deserialization_error, message })
}
