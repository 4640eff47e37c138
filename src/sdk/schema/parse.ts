/**
 * Checks one value against a schema. Total: whatever a validator does (throw, reject, answer nonsense), a result comes
 * out, at once when the validator is synchronous. Knows nothing of functions or of who sent the value.
 */
import { isRecord } from '../../wire/protocol/validate.js'
import { describe, messageOf } from '../../std/text/describe.js'
import type { ValidationIssue } from '../../errors.js'
import { cut, MAX_REASON_CHARACTERS, readIssue } from './issue.js'
import type { StandardSchemaV1 } from './standard-schema.js'

/** A value as its schema gives it, or what is wrong with it. */
export type Parsed = { readonly value: unknown; readonly issues?: undefined } | Misfit

/** Why a value does not fit. */
export interface Misfit {
  /** The first of them, at least one. */
  readonly issues: readonly ValidationIssue[]
  /** How many there are, kept or not. */
  readonly total: number
  /** What the validator threw, when it failed to check at all. */
  readonly cause?: unknown
}

/** Issues kept of one value; a list of a million wrong items is as wrong as its beginning. */
const MAX_ISSUES = 100

/** Checks a value. Never throws and never rejects; answers with a promise only if the validator does. */
export function parse(schema: StandardSchemaV1, value: unknown): Parsed | Promise<Parsed> {
  try {
    const result: unknown = schema['~standard'].validate(value)
    return isThenable(result)
      ? Promise.resolve(result).then((settled) => read(settled, value), failed)
      : read(result, value)
  } catch (thrown) {
    return failed(thrown)
  }
}

/** Goes on with a result, at once if it is there. */
export function whenParsed<T>(
  parsed: Parsed | Promise<Parsed>,
  next: (parsed: Parsed) => T | Promise<T>,
): T | Promise<T> {
  return parsed instanceof Promise ? parsed.then(next) : next(parsed)
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isRecord(value) && typeof value['then'] === 'function'
}

function read(result: unknown, value: unknown): Parsed {
  try {
    // Arktype's result of a failure is a list that has itself as `issues`, so not only records are results.
    if (typeof result === 'object' && result !== null) {
      const { issues } = result as { readonly issues?: unknown }
      if (issues === undefined && 'value' in result) return { value: result.value }
      if (Array.isArray(issues) && issues.length > 0) {
        return { issues: issues.slice(0, MAX_ISSUES).map((issue) => readIssue(issue, value)), total: issues.length }
      }
    }
    return misfit(`its schema answered ${describe(result)} instead of a value or issues`)
  } catch (thrown) {
    return failed(thrown)
  }
}

function failed(thrown: unknown): Misfit {
  const reason = cut(messageOf(thrown), MAX_REASON_CHARACTERS)
  return { ...misfit(`its schema could not check it: ${reason}`), cause: thrown }
}

function misfit(message: string): Misfit {
  return { issues: [{ path: '', message }], total: 1 }
}
