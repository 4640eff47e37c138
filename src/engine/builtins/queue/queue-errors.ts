/** The error of a queue function that failed. */
import { type ErrorCode, InvocationError } from '../../../errors.js'

export function queueError(code: ErrorCode, message: string, options?: ErrorOptions): InvocationError {
  return new InvocationError({ code, message }, options)
}
