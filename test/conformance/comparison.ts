/**
 * What comparing a value with a pattern yields: differences with their paths, and captured values. The walk is the
 * state handed down; matchers add to it.
 */
import { isRecord } from '../../src/wire/protocol/validate.js'

/** One place where a value is not what the pattern asks for. */
export interface Difference {
  readonly path: string
  readonly expected: string
  readonly got: string
}

export interface Comparison {
  readonly differences: readonly Difference[]
  /** Values of matchers with `as`. Meaningful only when nothing differs. */
  readonly captures: ReadonlyMap<string, unknown>
}

/** Where the walk is, and what it has found so far. */
export interface Walk {
  readonly path: string
  readonly differences: Difference[]
  readonly captures: Map<string, unknown>
}

/** A matcher: `$m` names it, the other members are its settings. */
export interface Matcher {
  readonly $m: string
  /** The name under which the matched value is kept. */
  readonly as?: string
  readonly [setting: string]: unknown
}

/** Adds a difference to the walk when the value is not what the matcher accepts. */
export type ApplyMatcher = (matcher: Matcher, actual: unknown, walk: Walk) => void

const LONGEST_SHOWN = 600

/** A value as it is put in a report, cut to a readable length. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
}

export function isMatcher(value: unknown): value is Matcher {
  return isRecord(value) && typeof value['$m'] === 'string'
}

export function differ(walk: Walk, expected: string, actual: unknown): void {
  walk.differences.push({ path: walk.path, expected, got: show(actual) })
}
