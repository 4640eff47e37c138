/**
 * One issue of a validator: place and reason. Some libraries repeat the value in the reason. If a key says that the
 * value is secret, a reason that contains it is left out.
 */
import type { ValidationIssue } from '../../errors.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { describe } from '../../std/text/describe.js'
import { isTellingKey } from '../../std/text/without-credentials.js'

const MAX_PATH_CHARACTERS = 200
export const MAX_REASON_CHARACTERS = 300

/** @param value the validated value. */
export function readIssue(issue: unknown, value: unknown): ValidationIssue {
  const { message, path } = isRecord(issue) ? issue : {}
  const keys = Array.isArray(path) ? path.map((segment) => String(isRecord(segment) ? segment['key'] : segment)) : []
  const reason = typeof message === 'string' ? cut(message, MAX_REASON_CHARACTERS) : describe(issue)
  return {
    path: pointer(keys),
    message: keys.some(isTellingKey) && shows(reason, valueAt(value, keys)) ? HIDDEN : reason,
  }
}

const HIDDEN = 'does not match its schema; the reason would show a secret'

/** The beginning of a value, enough to recognise it. */
const TELLING_CHARACTERS = 6

/** Whether a reason contains a value, or its beginning. Libraries only quote strings and numbers. */
function shows(reason: string, value: unknown): boolean {
  if (value === MISSING) return true
  const text = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : ''
  return text !== '' && reason.includes(text.slice(0, TELLING_CHARACTERS))
}

/** The value for a path that leads nowhere. */
const MISSING = Symbol('missing')

function valueAt(value: unknown, keys: readonly string[]): unknown {
  let found = value
  for (const key of keys) {
    if (typeof found !== 'object' || found === null) return MISSING
    found = (found as Readonly<Record<string, unknown>>)[key]
  }
  return found
}

/** A JSON pointer (RFC 6901) for a path of keys. */
function pointer(keys: readonly string[]): string {
  return cut(keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''), MAX_PATH_CHARACTERS)
}

export function cut(text: string, maxCharacters: number): string {
  return text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters)}…`
}
