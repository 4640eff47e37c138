/**
 * Matchers that look at one value and not inside it.
 */
import { isRecord } from '../../src/wire/protocol/validate.js'
import { differ, show, type ApplyMatcher, type Matcher } from './comparison.js'

/** Only lower case: that is how engines write the UUIDs they make. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const kind =
  (expected: string, accepts: (value: unknown) => boolean): ApplyMatcher =>
  (_matcher, actual, walk) => {
    if (!accepts(actual)) differ(walk, expected, actual)
  }

/** A numeric setting of a matcher. */
export function limit(matcher: Matcher, name: string): number | undefined {
  const value = matcher[name]
  if (value !== undefined && typeof value !== 'number') throw new Error(`"${name}" of ${matcher.$m} is not a number`)
  return value
}

const number: ApplyMatcher = (matcher, actual, walk) => {
  const min = limit(matcher, 'min') ?? -Infinity
  const max = limit(matcher, 'max') ?? Infinity
  if (typeof actual !== 'number' || actual < min || actual > max) differ(walk, `number from ${min} to ${max}`, actual)
}

const string: ApplyMatcher = (matcher, actual, walk) => {
  const min = limit(matcher, 'min') ?? 0
  if (typeof actual !== 'string' || actual.length < min) differ(walk, `string of ${min} or more characters`, actual)
}

const regex: ApplyMatcher = (matcher, actual, walk) => {
  const { re, flags = '' } = matcher
  if (typeof re !== 'string' || typeof flags !== 'string') throw new Error('"re" and "flags" of regex are strings')
  const pattern = new RegExp(re, flags)
  if (typeof actual !== 'string' || !pattern.test(actual)) differ(walk, String(pattern), actual)
}

const literal: ApplyMatcher = (matcher, actual, walk) => {
  if (JSON.stringify(matcher['value']) !== JSON.stringify(actual)) differ(walk, show(matcher['value']), actual)
}

/** Whether a key is there is decided by the object around it; elsewhere these two make no sense. */
const onlyOfKey: ApplyMatcher = (matcher) => {
  throw new Error(`${matcher.$m} is a pattern for the value of a key only`)
}

/** These matchers, by name. */
export const LEAF_MATCHERS: Readonly<Record<string, ApplyMatcher>> = {
  any: () => {},
  uuid: kind('a UUID', (value) => typeof value === 'string' && UUID.test(value)),
  bool: kind('boolean', (value) => typeof value === 'boolean'),
  object: kind('object', isRecord),
  number,
  string,
  regex,
  literal,
  optional: onlyOfKey,
  absent: onlyOfKey,
}
