/**
 * Creates the errors for dials that led to no session: what was seen at the address, and what to do. Addresses appear
 * without credentials.
 */
import { ErrorCode, IIIError, WebSocketError } from '../../errors.js'
import { addressWithoutCredentials } from '../../std/text/without-credentials.js'
import { CloseCode, type Closed } from './transport.js'

/** A dial that led to no session. */
export interface FailedDial {
  readonly url: string
  /** Whether the peer accepted the WebSocket. */
  readonly isAccepted: boolean
}

export function dialError(closed: Closed, dial: FailedDial): WebSocketError {
  const { code, cause, reason, status, problem } = closed
  const facts = { closeCode: code, cause }
  const url = addressWithoutCredentials(dial.url)
  if (status !== undefined) {
    const text = problem ?? `${url} refused the handshake with HTTP ${String(status)}`
    return new WebSocketError(ErrorCode.HANDSHAKE_FAILED, text, { ...facts, status })
  }
  // Raised by this package before anything was sent: an unreadable file, or headers that could not be had.
  if (cause instanceof IIIError) return new WebSocketError(ErrorCode.HANDSHAKE_FAILED, cause.message, facts)
  const lost = (text: string): WebSocketError => new WebSocketError(ErrorCode.CONNECTION_LOST, text, facts)
  if (problem !== undefined) return lost(problem)
  if (cause instanceof Error) return lost(`The connection to ${url} failed: ${cause.message}`)
  if (dial.isAccepted && code === CloseCode.ABNORMAL)
    return lost(
      `${url} accepted a WebSocket and started no session. Check the port (workers connect to 49134 by default)`,
    )
  return lost(`The connection ended with code ${String(code)}${reason === '' ? '' : `: ${reason}`}`)
}
