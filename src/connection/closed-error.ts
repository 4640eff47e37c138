/**
 * Why a link ended, as the error that calls and diagnostics carry.
 */
import { ErrorCode, WebSocketError } from '../errors.js'
import type { Closed } from '../transport/transport.js'

export function closedError({ code, reason, status, cause }: Closed): WebSocketError {
  if (status !== undefined) {
    const message = `The engine refused the handshake with HTTP ${String(status)}`
    return new WebSocketError(ErrorCode.HANDSHAKE_FAILED, message, { status, closeCode: code, cause })
  }
  const detail = cause instanceof Error ? `: ${cause.message}` : reason === '' ? '' : `: ${reason}`
  const message = `The connection ended with code ${String(code)}${detail}`
  return new WebSocketError(ErrorCode.CONNECTION_LOST, message, { closeCode: code, cause })
}
