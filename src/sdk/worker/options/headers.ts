/** The option `headers`: plain headers of the handshake, or a function that is called before each dial. */
import { ErrorCode, WebSocketError } from '../../../errors.js'
import { messageOf } from '../../../std/text/describe.js'
import type { HandshakeHeaders } from '../../../wire/transport/transport.js'
import { checkHeaders } from './check-headers.js'

/** Headers of the handshake, or a function that returns them, asked before each dial. */
export type HeadersOption = Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>)

/** Headers as a connection asks for them. @throws {RuntimeError} `INVALID_ARGUMENT` for invalid plain headers. */
export function headersOf(option: unknown): () => HandshakeHeaders | Promise<HandshakeHeaders> {
  if (typeof option === 'function') return () => askHeaders(option as () => unknown)
  const plain = checkHeaders(option)
  return () => plain
}

/** The headers that a function returns. @throws {WebSocketError} `HANDSHAKE_FAILED`. */
async function askHeaders(ask: () => unknown): Promise<HandshakeHeaders> {
  try {
    return checkHeaders(await ask(), 'the result of `headers`')
  } catch (cause) {
    const text = `The function \`headers\` failed, so the handshake was not sent: ${messageOf(cause)}`
    throw new WebSocketError(ErrorCode.HANDSHAKE_FAILED, text, { cause })
  }
}
