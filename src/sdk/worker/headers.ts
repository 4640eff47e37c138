/** Headers of the handshake: their check, and the function of the program that is asked for them before each dial. */
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { ErrorCode, RuntimeError, WebSocketError } from '../../errors.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { describeKind, messageOf } from '../../std/text/describe.js'
import type { HandshakeHeaders } from '../../wire/transport/transport.js'

/** Headers of the handshake, or a function that returns them, asked before each dial. */
export type HeadersOption = Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>)

/** Checks the option. */
export function checkHeadersOption(value: unknown): HeadersOption {
  return typeof value === 'function' ? (value as () => Record<string, string>) : { ...checkHeaders(value) }
}

/** The headers that a function returns. @throws {WebSocketError} `HANDSHAKE_FAILED`. */
export async function askHeaders(ask: () => unknown): Promise<HandshakeHeaders> {
  try {
    return checkHeaders(await ask(), 'the result of `headers`')
  } catch (cause) {
    const text = `The function \`headers\` failed, so the handshake was not sent: ${messageOf(cause)}`
    throw new WebSocketError(ErrorCode.HANDSHAKE_FAILED, text, { cause })
  }
}

/** `invalidArgument` for values that must not be shown. */
function invalidSecret(argument: string, expected: string, seen: unknown): RuntimeError {
  return new RuntimeError(ErrorCode.INVALID_ARGUMENT, `${argument} must be ${expected}, got ${describeKind(seen)}`)
}

/** Handshake headers; a value that HTTP does not allow is refused here, not inside the socket. */
export function checkHeaders(value: unknown, argument = 'headers'): Readonly<Record<string, string>> {
  if (!isRecord(value)) throw invalidSecret(argument, 'an object', value)
  const headers = value
  for (const [name, content] of Object.entries(headers)) {
    if (typeof content !== 'string') throw invalidSecret(`${argument}['${name}']`, 'a string', content)
    try {
      validateHeaderName(name)
      validateHeaderValue(name, content)
    } catch (cause) {
      // The value may be a secret, so only the name is shown.
      const text = `${argument}['${name}'] has a name or value that HTTP does not allow`
      throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text, { cause })
    }
  }
  return { ...(headers as Record<string, string>) }
}
