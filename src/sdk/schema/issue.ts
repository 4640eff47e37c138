/**
 * One issue of a validator as we pass it on: where, and why. Some libraries repeat the value in their reason, so where
 * the keys say that the value is secret, a reason that shows it is left out.
 */
import type { ValidationIssue } from '../../errors.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { describe } from '../../std/text/describe.js'
import { isTellingKey } from '../../std/text/without-credentials.js'

const MAX_PATH_CHARACTERS = 200
export const MAX_REASON_CHARACTERS = 300

/** @param value what was checked. */
export function readIssue(issue: unknown, value: unknown): ValidationIssue {
  const { message, path } = isRecord(issue) ? issue : {}
  const keys = Array.isArray(path) ? path.map((segment) => String(isRecord(segment) ? segment['key'] : segment)) : []
  const reason = typeof message === 'string' ? cut(message, MAX_REASON_CHARACTERS) : describe(issue)
  return {
    path: pointer(keys),
    message: keys.some(isTellingKey) && shows(reason, valueAt(value, keys)) ? HIDDEN : reason,
  }
}

const HIDDEN = 'does not fit its schema; the reason would show a secret'

/** As much of a value as makes it recognisable. */
const TELLING_CHARACTERS = 6

/** Whether a reason shows a value, or its beginning. What is not a text or a number is not shown by any library. */
function shows(reason: string, value: unknown): boolean {
  if (value === MISSING) return true
  const text = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : ''
  return text !== '' && reason.includes(text.slice(0, TELLING_CHARACTERS))
}

/** Stands for a value that a path does not lead to. */
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
