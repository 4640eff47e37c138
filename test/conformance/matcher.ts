/**
 * Compares what arrived with a pattern. A pattern is plain JSON: objects need exactly its keys, and an object with `$m`
 * is a matcher. Knows nothing of sockets; every difference comes back with the path it was found at.
 */
import { isRecord } from '../../src/wire/protocol/validate.js'
import {
  differ,
  isMatcher,
  show,
  type ApplyMatcher,
  type Comparison,
  type Difference,
  type Matcher,
  type Walk,
} from './comparison.js'
import { LEAF_MATCHERS, limit } from './leaf-matchers.js'

/** Compares a value with a pattern. */
export function compare(pattern: unknown, actual: unknown, path = '$'): Comparison {
  const walk: Walk = { path, differences: [], captures: new Map() }
  visit(pattern, actual, walk)
  return walk
}

/** Whether a value fits; where it differs is of no interest. */
export function fits(pattern: unknown, actual: unknown): boolean {
  return compare(pattern, actual).differences.length === 0
}

function visit(pattern: unknown, actual: unknown, walk: Walk): void {
  if (isMatcher(pattern)) visitMatcher(pattern, actual, walk)
  else if (Array.isArray(pattern)) visitArray(pattern, actual, walk)
  else if (isRecord(pattern)) visitKeys(pattern, actual, walk)
  else if (pattern !== actual) differ(walk, show(pattern), actual)
}

function visitMatcher(matcher: Matcher, actual: unknown, walk: Walk): void {
  const apply = LEAF_MATCHERS[matcher.$m] ?? DEEP_MATCHERS[matcher.$m]
  if (apply === undefined) throw new Error(`no such matcher: ${matcher.$m}`)
  apply(matcher, actual, walk)
  if (matcher.as !== undefined) walk.captures.set(matcher.as, actual)
}

function visitArray(pattern: readonly unknown[], actual: unknown, walk: Walk): void {
  if (!Array.isArray(actual) || actual.length !== pattern.length) {
    differ(walk, `array of ${pattern.length}`, actual)
    return
  }
  for (const [i, entry] of pattern.entries()) visit(entry, actual[i], { ...walk, path: `${walk.path}[${i}]` })
}

function visitKeys(pattern: Readonly<Record<string, unknown>>, actual: unknown, walk: Walk): void {
  visitListedKeys(pattern, actual, walk)
  if (!isRecord(actual)) return
  for (const [key, value] of Object.entries(actual)) {
    if (!Object.hasOwn(pattern, key)) differ({ ...walk, path: `${walk.path}.${key}` }, 'no such key', value)
  }
}

function visitListedKeys(pattern: Readonly<Record<string, unknown>>, actual: unknown, walk: Walk): void {
  if (!isRecord(actual)) {
    differ(walk, 'object', actual)
    return
  }
  for (const [key, wanted] of Object.entries(pattern)) {
    const present = Object.hasOwn(actual, key) ? { value: actual[key] } : undefined
    visitKey(wanted, present, { ...walk, path: `${walk.path}.${key}` })
  }
}

function visitKey(wanted: unknown, present: { readonly value: unknown } | undefined, walk: Walk): void {
  const matcher = isMatcher(wanted) ? wanted : undefined
  if (matcher?.$m === 'absent') {
    if (present !== undefined) differ(walk, 'no such key', present.value)
  } else if (matcher?.$m === 'optional') {
    if (present !== undefined) visit(matcher['of'], present.value, walk)
  } else if (present === undefined) {
    walk.differences.push({ path: walk.path, expected: matcher?.$m ?? show(wanted), got: 'missing key' })
  } else {
    visit(wanted, present.value, walk)
  }
}

const array: ApplyMatcher = (matcher, actual, walk) => {
  if (!Array.isArray(actual)) {
    differ(walk, 'array', actual)
    return
  }
  const exact = limit(matcher, 'len')
  const min = exact ?? limit(matcher, 'min') ?? 0
  const max = exact ?? limit(matcher, 'max') ?? Infinity
  if (actual.length < min || actual.length > max) differ(walk, `array of ${min} to ${max} entries`, actual)
  if (!('of' in matcher)) return
  for (const [i, entry] of actual.entries()) visit(matcher['of'], entry, { ...walk, path: `${walk.path}[${i}]` })
}

const contains: ApplyMatcher = (matcher, actual, walk) => {
  if (!Array.isArray(actual)) {
    differ(walk, 'array', actual)
    return
  }
  for (const wanted of list(matcher, 'items')) {
    if (indexOfFitting(wanted, actual, walk) >= 0) continue
    walk.differences.push({
      path: walk.path,
      expected: `an entry like ${show(wanted)}`,
      got: `none of ${actual.length}`,
    })
    walk.differences.push(...closest(wanted, actual, `${walk.path}[~]`))
  }
  for (const unwanted of list(matcher, 'not')) {
    const found: unknown = actual.find((entry) => fits(unwanted, entry))
    if (found !== undefined) differ(walk, `no entry like ${show(unwanted)}`, found)
  }
}

const unordered: ApplyMatcher = (matcher, actual, walk) => {
  const wanted = list(matcher, 'items')
  if (!Array.isArray(actual) || actual.length !== wanted.length) {
    differ(walk, `array of ${wanted.length}`, actual)
    return
  }
  const left: unknown[] = [...(actual as readonly unknown[])]
  for (const item of wanted) {
    const index = indexOfFitting(item, left, walk)
    if (index >= 0) left.splice(index, 1)
    else differ(walk, `an entry like ${show(item)}`, left)
  }
}

const oneOf: ApplyMatcher = (matcher, actual, walk) => {
  const choices = list(matcher, 'of')
  if (!choices.some((choice) => indexOfFitting(choice, [actual], walk) === 0)) {
    differ(walk, `one of ${show(choices)}`, actual)
  }
}

/** Matchers that look inside, by name. */
const DEEP_MATCHERS: Readonly<Record<string, ApplyMatcher>> = {
  open: (matcher, actual, walk) => {
    const { keys = {} } = matcher
    if (!isRecord(keys)) throw new Error('"keys" of open is not an object')
    visitListedKeys(keys, actual, walk)
  },
  array,
  contains,
  unordered,
  oneOf,
}

/** Where the first fitting entry is, or -1; what it captures is kept. */
function indexOfFitting(wanted: unknown, entries: readonly unknown[], walk: Walk): number {
  for (const [i, entry] of entries.entries()) {
    const { differences, captures } = compare(wanted, entry)
    if (differences.length > 0) continue
    for (const [name, value] of captures) walk.captures.set(name, value)
    return i
  }
  return -1
}

/** How the nearest entry differs: more use to a reader than the whole list. */
function closest(wanted: unknown, entries: readonly unknown[], path: string): readonly Difference[] {
  const ranked = entries.map((entry) => compare(wanted, entry, path).differences)
  ranked.sort((a, b) => a.length - b.length)
  return ranked[0]?.slice(0, 4) ?? []
}

function list(matcher: Matcher, name: string): readonly unknown[] {
  const value = matcher[name] ?? []
  if (!Array.isArray(value)) throw new Error(`"${name}" of ${matcher.$m} is not an array`)
  return value
}
