/**
 * The errors of work that ended with its link or its client: calls that were written and cannot be answered, channels.
 */
import { ErrorCode, NotConnectedError, type WebSocketError } from '../../../errors.js'
import type { Call } from '../../rpc/calls.js'

export function lostError(opened: Call, cause: WebSocketError): NotConnectedError {
  const text = `The connection was lost while '${opened.options.functionId}' was called; it may or may not have run`
  return new NotConnectedError(ErrorCode.CONNECTION_LOST, text, { outcome: 'unknown', cause })
}

export function shutDownError(opened: Call): NotConnectedError {
  const text = `iii is shutting down; '${opened.options.functionId}' had been called and may or may not have run`
  return new NotConnectedError(ErrorCode.SHUTDOWN, text, { outcome: 'unknown' })
}

export function channelCutError(): NotConnectedError {
  const text = 'iii is shutting down; the channel was cut, and data on its way may be lost'
  return new NotConnectedError(ErrorCode.SHUTDOWN, text, { outcome: 'unknown' })
}

/** For calls to an engine that denied the session: it handled none of them, so they are safe to retry. */
export function deniedCallError(cause: WebSocketError): NotConnectedError {
  return new NotConnectedError(cause.code, cause.message, { outcome: 'not_sent', cause })
}
