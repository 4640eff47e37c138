/**
 * Converts any thrown value to the error object of the wire, and back. The result always has a code and a message: the
 * engine cannot read an error without a message, and the caller would wait.
 */
import { ErrorCode, InvocationError, RemoteError, SerdeError, type ErrorBody } from '../../errors.js'
import { describe, messageOf } from '../../std/text/describe.js'
import { isRecord } from './validate.js'

/** Whether a value is an error object of the wire. False for an `Error` without a string code. */
export function isErrorBody(value: unknown): value is ErrorBody {
  return (
    isRecord(value) &&
    typeof value['code'] === 'string' &&
    typeof value['message'] === 'string' &&
    (value['stacktrace'] === undefined || typeof value['stacktrace'] === 'string')
  )
}

/** The error object in a frame, without unknown members; undefined if code or message are missing. */
export function readErrorBody(value: unknown): ErrorBody | undefined {
  if (!isRecord(value)) return undefined
  const { code, message, stacktrace } = value
  if (typeof code !== 'string' || typeof message !== 'string') return undefined
  return typeof stacktrace === 'string' ? { code, message, stacktrace } : { code, message }
}

/** Codes of calls that did not run. */
const NOT_RUN: ReadonlySet<unknown> = new Set([
  ErrorCode.function_not_found,
  ErrorCode.WORKER_BUSY,
  ErrorCode.IDEMPOTENCY_UNAVAILABLE,
])

/**
 * The error object for a thrown value. An `InvocationError` keeps its code and sends no stack, since it has that of its
 * origin; every other value becomes `invocation_failed`. The error of a call that did not run, passed on by a handler that
 * did run, sends a stack, which distinguishes the two.
 */
export function toErrorBody(thrown: unknown): ErrorBody {
  try {
    return bodyOf(thrown)
  } catch {
    // A getter or proxy of the thrown value threw again, so its text is not available.
    return { code: ErrorCode.invocation_failed, message: 'The handler threw an unreadable value' }
  }
}

function bodyOf(thrown: unknown): ErrorBody {
  if (thrown instanceof InvocationError) {
    // The declared types are not enforced: values that users put into an error arrive here unchecked.
    const { code, detail, stacktrace }: { code: unknown; detail: unknown; stacktrace?: unknown } = thrown
    const isPassedOn = thrown instanceof RemoteError && NOT_RUN.has(code)
    return body({ code, message: detail, stacktrace: stacktrace ?? (isPassedOn ? thrown.stack : undefined) })
  }
  if (thrown instanceof SerdeError) return body({ code: thrown.code, message: thrown.message })
  if (thrown instanceof Error) return body({ message: thrown.message, stacktrace: thrown.stack })
  const said = typeof thrown === 'string' || (isRecord(thrown) && typeof thrown['message'] === 'string')
  return body({ message: said ? messageOf(thrown) : `The handler threw ${describe(thrown)}` })
}

function body({ code, message, stacktrace }: { code?: unknown; message: unknown; stacktrace?: unknown }): ErrorBody {
  return {
    code: typeof code === 'string' ? code : ErrorCode.invocation_failed,
    message: typeof message === 'string' ? message : `The handler threw an error whose message is ${describe(message)}`,
    ...(typeof stacktrace === 'string' ? { stacktrace } : {}),
  }
}
