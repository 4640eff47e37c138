/** Validates the input of built-in functions with the same kind of declarations as protocol messages. */
import { ErrorCode, InvocationError } from '../../errors.js'
import { describe } from '../../std/text/describe.js'
import { findMismatch, isRecord, type Infer, type Shape } from '../../wire/protocol/validate.js'
import { parsed } from '../../wire/protocol/json-text.js'
import type { BuiltinFunction, CallContext } from '../builtins/builtin.js'

/** The declaration of a built-in function. */
export interface FunctionDeclaration<S extends Shape> extends Omit<BuiltinFunction, 'call'> {
  readonly input: S
  /** Members that `call` receives as `JsonText` if they are large; all others are parsed. */
  readonly textMembers?: readonly string[]
  readonly call: (input: Infer<S>, context: CallContext) => unknown
}

/** A built-in function that answers `deserialization_error` if its input is invalid. */
export function builtinFunction<S extends Shape>(declaration: FunctionDeclaration<S>): BuiltinFunction {
  const { input: shape, call, ...rest } = declaration
  const entries = Object.entries(shape)
  return {
    ...rest,
    call(input, context) {
      // A copy, since validation turns optional nulls into `undefined` and the object belongs to the caller.
      const value = isRecord(input) ? { ...input } : undefined
      if (value !== undefined) readTexts(value, rest.textMembers ?? [])
      const mismatch = value === undefined ? `expected an object, got ${describe(input)}` : findMismatch(entries, value)
      if (mismatch !== undefined) {
        const message = `Failed to deserialize input for ${rest.id}: ${mismatch}`
        throw new InvocationError({ code: ErrorCode.deserialization_error, message })
      }
      // The check above established the type.
      return call(value as Infer<S>, context)
    },
  }
}

/** @throws {InvocationError} `MESSAGE_TOO_LARGE` when a member that has to be parsed is too expensive. */
function readTexts(input: Record<string, unknown>, textMembers: readonly string[]): void {
  for (const [key, value] of Object.entries(input)) {
    if (!textMembers.includes(key)) input[key] = parsed(value)
  }
}
