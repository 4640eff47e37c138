/** Creates the errors for a closed connection and for calls without one. Addresses appear without credentials. */
import { ErrorCode, NotConnectedError, RegistrationRejectedError, WebSocketError } from '../../errors.js'
import { addressWithoutCredentials } from '../../std/text/without-credentials.js'
import type { Closed } from '../../wire/transport/transport.js'

/** The error of a connection that was open. */
export function closedError({ code, reason, cause }: Closed): WebSocketError {
  const detail = cause instanceof Error ? cause.message : reason
  const text = `The connection ended with code ${String(code)}${detail === '' ? '' : `: ${detail}`}`
  return new WebSocketError(ErrorCode.CONNECTION_LOST, text, { closeCode: code, cause })
}

/** The error of an engine that accepted the socket and then denied the session. */
export function deniedError(
  reason: { readonly code: string; readonly message: string },
  address: string,
): WebSocketError {
  const url = addressWithoutCredentials(address)
  const text = `The engine at ${url} denied access: ${reason.message}. Check the token or the headers that this worker sends`
  return new WebSocketError(reason.code, text)
}

export type EndedError = NotConnectedError | RegistrationRejectedError

/** Why nothing can be sent any more. */
export function endedError(failure: unknown, state: string): EndedError {
  if (failure instanceof RegistrationRejectedError) return failure
  if (failure instanceof WebSocketError && failure.code === ErrorCode.AUTH_ERROR) return deniedCallError(failure)
  if (state === 'failed') {
    const text = 'The connection failed permanently and the call was not sent; see the cause'
    return new NotConnectedError(ErrorCode.RETRIES_EXHAUSTED, text, { outcome: 'not_sent', cause: failure })
  }
  return new NotConnectedError(ErrorCode.SHUTDOWN, 'iii is shutting down; the call was not sent', {
    outcome: 'not_sent',
  })
}

/** For calls to an engine that denied the session: it handled none of them, so they are safe to retry. */
export function deniedCallError(cause: WebSocketError): NotConnectedError {
  return new NotConnectedError(cause.code, cause.message, { outcome: 'not_sent', cause })
}
