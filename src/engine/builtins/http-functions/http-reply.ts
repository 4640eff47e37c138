/** Turns the response of another server into the outcome of a call. */
import { InvocationError } from '../../../errors.js'
import { parsed, readJson } from '../../../wire/protocol/json-text.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import type { HttpReply } from './http-call.js'

/**
 * The result in a response; `undefined` for none.
 * @throws {InvocationError} the error that the server names, `http_error`, or `invalid_response`.
 */
export function resultOf({ status, body }: HttpReply): unknown {
  const value = parse(body)
  if (status >= 400) throw errorIn(status, parsed(value))
  if (value !== undefined || body === '') return value
  if (status < 200 || status >= 300) return undefined
  throw new InvocationError({ code: 'invalid_response', message: 'The answer is not JSON' })
}

function errorIn(status: number, value: unknown): InvocationError {
  const error = isRecord(value) ? value['error'] : undefined
  if (!isRecord(error)) return new InvocationError({ code: 'http_error', message: `HTTP ${String(status)}` })
  const { code, message } = error
  return new InvocationError({
    code: typeof code === 'string' ? code : 'http_error',
    message: typeof message === 'string' ? message : 'HTTP request failed',
  })
}

/** A large result stays text, as that of a worker does. */
function parse(body: string): unknown {
  try {
    return readJson(body)
  } catch {
    return undefined
  }
}
