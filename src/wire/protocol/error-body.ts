/**
 * Anything a handler throws, as the error object that travels on the wire, and back. Total: whatever came, a code and
 * a message go out, since an error without a message is unreadable to the engine and would leave the caller waiting.
 */
import { ErrorCode, InvocationError, SerdeError, type ErrorBody } from '../../errors.js'
import { describe, messageOf } from '../../std/text/describe.js'
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

/** The error object in a frame, without members it should not have; undefined when code or message are missing. */
export function readErrorBody(value: unknown): ErrorBody | undefined {
  if (!isRecord(value)) return undefined
  const { code, message, stacktrace } = value
  if (typeof code !== 'string' || typeof message !== 'string') return undefined
  return typeof stacktrace === 'string' ? { code, message, stacktrace } : { code, message }
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
    // Types are no proof: what users put into an error reaches this point as it is.
    const { code, detail, stacktrace }: { code: unknown; detail: unknown; stacktrace?: unknown } = thrown
    return body({ code, message: detail, stacktrace })
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
