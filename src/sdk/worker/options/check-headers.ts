/** Checks handshake headers, which only Node can send. */
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { describeKind } from '../../../std/text/describe.js'
import { ErrorCode, RuntimeError } from '../../../errors.js'
import { isRecord } from '../../../wire/protocol/validate.js'

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
