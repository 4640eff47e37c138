/**
 * Creates the errors for a failed dial or a closed connection. A failed dial says what listens at the address and what
 * to do. Addresses appear without credentials.
 */
import { ErrorCode, NotConnectedError, RegistrationRejectedError, WebSocketError } from '../../errors.js'
import { addressWithoutCredentials } from '../../std/text/without-credentials.js'
import { CloseCode, type Closed } from '../../wire/transport/transport.js'

/** A dial that led to no session. */
export interface FailedDial {
  readonly url: string
  /** Whether the peer accepted the WebSocket. */
  readonly isAccepted: boolean
}

/** @param dial absent once the connection was open. */
export function closedError({ code, reason, status, cause, problem }: Closed, dial?: FailedDial): WebSocketError {
  const facts = { closeCode: code, cause }
  if (status !== undefined)
    return new WebSocketError(ErrorCode.HANDSHAKE_FAILED, refused(status, dial?.url), { ...facts, status })
  const seen = cause instanceof Error ? cause : undefined
  if (dial !== undefined && seen !== undefined) {
    const text = problem ?? `The connection to ${addressWithoutCredentials(dial.url)} failed: ${seen.message}`
    return new WebSocketError(ErrorCode.CONNECTION_LOST, text, facts)
  }
  if (dial?.isAccepted === true && code === CloseCode.ABNORMAL) {
    const url = addressWithoutCredentials(dial.url)
    const text = `${url} accepted a WebSocket and started no session, as a port for something else does. Check the port (workers connect to 49134 by default)`
    return new WebSocketError(ErrorCode.CONNECTION_LOST, text, facts)
  }
  const detail = seen === undefined ? reason : seen.message
  const text = `The connection ended with code ${String(code)}${detail === '' ? '' : `: ${detail}`}`
  return new WebSocketError(ErrorCode.CONNECTION_LOST, text, facts)
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

function refused(status: number, dialled = ''): string {
  const url = addressWithoutCredentials(dialled)
  const text = `The engine at ${url} refused the handshake with HTTP ${String(status)}`
  if (status === 401 || status === 403) return `${text}. Check the token or the headers that this worker sends`
  if (status >= 500) return text
  return `${url} answers HTTP ${String(status)} instead of a WebSocket handshake: it is not the engine's port for workers. Check port and path (workers connect to 49134 by default)`
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
