/**
 * Validates one value against a schema. Always gives a result, even if the validator throws, rejects or returns an
 * invalid value. The result is synchronous if the validator is. Knows nothing of functions or of the sender of the
 * value.
 */
import { isThenable } from '../../std/async/deferred.js'
import { describe, messageOf } from '../../std/text/describe.js'
import type { ValidationIssue } from '../../errors.js'
import { cut, MAX_REASON_CHARACTERS, readIssue } from './issue.js'
import type { StandardSchemaV1 } from './standard-schema.js'

/** The validated value, or the reasons why it is invalid. */
export type Parsed = { readonly value: unknown; readonly issues?: undefined } | Misfit

/** Why a value is invalid. */
export interface Misfit {
  /** The first issues, at least one. */
  readonly issues: readonly ValidationIssue[]
  /** Total number of issues. */
  readonly total: number
  /** The error that the validator threw, if it failed. */
  readonly cause?: unknown
}

/** Maximum issues kept of one value; further ones add no information. */
const MAX_ISSUES = 100

/** Validates a value. Never throws and never rejects; returns a promise only if the validator does. */
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

/** Continues with a result, synchronously if it is available. */
export function whenParsed<T>(
  parsed: Parsed | Promise<Parsed>,
  next: (parsed: Parsed) => T | Promise<T>,
): T | Promise<T> {
  return parsed instanceof Promise ? parsed.then(next) : next(parsed)
}

function read(result: unknown, value: unknown): Parsed {
  try {
    // Arktype returns a failure as a list that has itself as `issues`, so a result need not be a plain object.
    if (typeof result === 'object' && result !== null) {
      const { issues } = result as { readonly issues?: unknown }
      if (issues === undefined && 'value' in result) return { value: result.value }
      if (Array.isArray(issues) && issues.length > 0) {
        return { issues: issues.slice(0, MAX_ISSUES).map((issue) => readIssue(issue, value)), total: issues.length }
      }
    }
    return misfit(`its schema returned ${describe(result)} instead of a value or issues`)
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
