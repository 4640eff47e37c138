/**
 * The address of an engine as users give it. An address may hold a password or a token, so errors show it without them.
 */
import { ErrorCode, RuntimeError } from '../../errors.js'
import { DEFAULT_ENGINE_URL } from '../../wire/protocol/names.js'
import { describe } from '../../std/text/describe.js'
import { addressWithoutCredentials } from '../../std/text/without-credentials.js'

/** An address that can be dialled. @throws {RuntimeError} `INVALID_ARGUMENT`. */
export function checkAddress(address: unknown): string {
  const url = typeof address === 'string' && URL.canParse(address) ? new URL(address) : undefined
  const usable = url !== undefined && ['ws:', 'wss:', 'http:', 'https:'].includes(url.protocol) && url.hash === ''
  if (usable) return String(address)
  const seen = describe(typeof address === 'string' ? addressWithoutCredentials(address) : address)
  const text = `The engine address must be a URL such as ${DEFAULT_ENGINE_URL}, got ${seen}`
  throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text)
}
