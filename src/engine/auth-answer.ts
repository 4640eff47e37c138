/**
 * What an auth function may answer, and what its silence means. An answer of the wrong form refuses the connection: a
 * rule that cannot be read must not count as none.
 */
import { findMismatch, isRecord, optional, record, string, type Field } from '../protocol/validate.js'
import { boolean, json, strings } from './builtin-fields.js'
import { compileGlob, globIn } from './glob.js'

/** What one connection may do. */
export interface Grants {
  /** By namespace: which functions may be called there. Not empty: also the only namespaces to live in. */
  readonly namespaces: ReadonlyMap<string, readonly ((functionId: string) => boolean)[]>
  /** May be called in the default namespace. */
  readonly allowedFunctions: ReadonlySet<string>
  /** May be called nowhere. */
  readonly forbiddenFunctions: ReadonlySet<string>
  /** `undefined` for all. */
  readonly allowedTriggerTypes: ReadonlySet<string> | undefined
  readonly allowTriggerTypeRegistration: boolean
  readonly allowFunctionRegistration: boolean
  /** Handed to hooks and middleware as it is. */
  readonly context: unknown
  readonly functionPrefix: string | undefined
}

const shape = Object.entries({
  namespaces: optional(grantsByNamespace()),
  allowed_functions: optional(strings),
  forbidden_functions: optional(strings),
  allowed_trigger_types: optional(strings),
  allow_trigger_type_registration: optional(boolean),
  allow_function_registration: optional(boolean),
  context: optional(json),
  function_registration_prefix: optional(string),
})

interface AuthAnswer {
  readonly namespaces?: Readonly<Record<string, readonly string[]>>
  readonly allowed_functions?: readonly string[]
  readonly forbidden_functions?: readonly string[]
  readonly allowed_trigger_types?: readonly string[]
  readonly allow_trigger_type_registration?: boolean
  readonly allow_function_registration?: boolean
  readonly context?: unknown
  readonly function_registration_prefix?: string
}

/** Grants of a listener that asks nobody: only what it exposes limits its workers. */
export const anybody: Grants = grantsOf({ allow_trigger_type_registration: true })

/** The grants an answer gives, or what is wrong with it. */
export function readAuthAnswer(answer: unknown): Grants | { readonly problem: string } {
  if (answer === undefined || answer === null) return { problem: 'auth function returned no result' }
  if (!isRecord(answer)) return { problem: 'auth function must return an object' }
  const copy = { ...answer }
  const mismatch = findMismatch(shape, copy)
  if (mismatch !== undefined) return { problem: `auth function returned an unusable result: ${mismatch}` }
  // The check just established the members.
  return grantsOf(copy)
}

function grantsOf(answer: AuthAnswer): Grants {
  const namespaces = Object.entries(answer.namespaces ?? {}).map(
    ([namespace, grants]) => [namespace, grants.map(compileGrant)] as const,
  )
  return {
    namespaces: new Map(namespaces),
    allowedFunctions: new Set(answer.allowed_functions),
    forbiddenFunctions: new Set(answer.forbidden_functions),
    allowedTriggerTypes: answer.allowed_trigger_types === undefined ? undefined : new Set(answer.allowed_trigger_types),
    allowTriggerTypeRegistration: answer.allow_trigger_type_registration ?? false,
    allowFunctionRegistration: answer.allow_function_registration ?? true,
    context: answer.context ?? {},
    functionPrefix: answer.function_registration_prefix === '' ? undefined : answer.function_registration_prefix,
  }
}

/** An exact id, `prefix::*`, or `match("…")`. */
function compileGrant(grant: string): (functionId: string) => boolean {
  const glob = globIn(grant)
  if (glob !== undefined) return compileGlob(glob)
  if (!grant.endsWith('::*')) return (functionId) => functionId === grant
  const prefix = grant.slice(0, -1)
  return (functionId) => functionId.startsWith(prefix)
}

function grantsByNamespace(): Field<Readonly<Record<string, readonly string[]>>> {
  return {
    expected: 'an object of lists of strings',
    accepts: (value) => record.accepts(value) && Object.values(value as object).every((each) => strings.accepts(each)),
    optional: false,
  }
}
