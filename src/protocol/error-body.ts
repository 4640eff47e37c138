/**
 * Anything a handler throws, as the error object that travels on the wire. Total: whatever came, a code and a message
 * go out, since an error without a message is unreadable to the engine and would leave the caller waiting.
 */
import { ErrorCode, InvocationError, SerdeError, type ErrorBody } from '../errors.js'
import { describe } from '../std/describe.js'
import { isRecord } from './validate.js'

/** Whether a value is an error object as the wire has it. False for an `Error` without a string code. */
export function isErrorBody(value: unknown): value is ErrorBody {
  return (
    isRecord(value) &&
    typeof value['code'] === 'string' &&
    typeof value['message'] === 'string' &&
    (value['stacktrace'] === undefined || typeof value['stacktrace'] === 'string')
  )
}

/**
 * The error object for a thrown value: an `InvocationError` keeps its code and sends no stack, since it already has
 * its origin's; every other value becomes `invocation_failed`.
 */
export function toErrorBody(thrown: unknown): ErrorBody {
  try {
    return bodyOf(thrown)
  } catch {
    // A getter or proxy of the thrown value threw again; its text is out of reach.
    return { code: ErrorCode.invocation_failed, message: 'The handler threw a value that cannot be read' }
  }
}

function bodyOf(thrown: unknown): ErrorBody {
  if (thrown instanceof InvocationError) {
    const body: ErrorBody = { code: thrown.code, message: thrown.detail }
    if (thrown.stacktrace !== undefined) body.stacktrace = thrown.stacktrace
    return body
  }
  if (thrown instanceof SerdeError) return { code: thrown.code, message: thrown.message }
  if (thrown instanceof Error) {
    const body: ErrorBody = { code: ErrorCode.invocation_failed, message: thrown.message }
    if (typeof thrown.stack === 'string') body.stacktrace = thrown.stack
    return body
  }
  return { code: ErrorCode.invocation_failed, message: typeof thrown === 'string' ? thrown : messageIn(thrown) }
}

function messageIn(thrown: unknown): string {
  if (isRecord(thrown) && typeof thrown['message'] === 'string') return thrown['message']
  return `The handler threw ${describe(thrown)}`
}
