/**
 * Defines the answers of an auth function and the defaults of missing members. An invalid answer refuses the
 * connection, since an unreadable rule must not be ignored.
 */
import { DEFAULT_NAMESPACE } from '../../wire/protocol/names.js'
import { findMismatch, isRecord } from '../../wire/protocol/validate.js'
import { any, boolean, list, map, optional, string } from '../declare/schema.js'
import { compileGlob, globIn } from './glob.js'

/** Whether a list contains the id of a function. */
type Matches = (functionId: string) => boolean

/** The rights of one connection. */
export interface Grants {
  /** Functions that may be called, by namespace. */
  readonly namespaces: ReadonlyMap<string, Matches>
  /** The namespaces that are allowed; `undefined` for all. */
  readonly homes: readonly string[] | undefined
  /** Functions that may be called in the default namespace. */
  readonly allowedFunctions: Matches
  /** Functions that may not be called in any namespace. */
  readonly forbiddenFunctions: Matches
  /** `undefined` for all. */
  readonly allowedTriggerTypes: ReadonlySet<string> | undefined
  readonly allowTriggerTypeRegistration: boolean
  readonly allowFunctionRegistration: boolean
  /** Passed to hooks and middleware unchanged. */
  readonly context: unknown
  readonly functionPrefix: string | undefined
}

const shape = Object.entries({
  namespaces: optional(map(list(string()))),
  allowed_functions: optional(list(string())),
  forbidden_functions: optional(list(string())),
  allowed_trigger_types: optional(list(string())),
  allow_trigger_type_registration: optional(boolean()),
  allow_function_registration: optional(boolean()),
  context: optional(any()),
  function_registration_prefix: optional(string()),
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

/** Grants of a listener without an auth function: workers are limited only by `expose_functions`. */
export function grantsWithoutAuth(denies: boolean): Grants {
  return grantsOf(denies ? {} : { allow_trigger_type_registration: true }, denies)
}

/**
 * Returns the grants in an answer, or what is wrong with it.
 * @param denies whether a grant that the answer leaves out is empty.
 */
export function readAuthAnswer(answer: unknown, denies = false): Grants | { readonly problem: string } {
  if (answer === undefined || answer === null) return { problem: 'auth function returned no result' }
  if (!isRecord(answer)) return { problem: 'auth function must return an object' }
  const copy = { ...answer }
  const mismatch = findMismatch(shape, copy)
  if (mismatch !== undefined) return { problem: `auth function returned an unusable result: ${mismatch}` }
  // The check above established the members.
  return grantsOf(copy, denies)
}

function grantsOf(answer: AuthAnswer, denies: boolean): Grants {
  const namespaces = Object.entries(answer.namespaces ?? {})
  const homes = namespaces.map(([namespace]) => namespace).sort()
  const types = answer.allowed_trigger_types ?? (denies ? [] : undefined)
  return {
    namespaces: new Map(namespaces.map(([namespace, grants]) => [namespace, compileGrants(grants)])),
    homes: homes.length > 0 ? homes : denies ? [DEFAULT_NAMESPACE] : undefined,
    allowedFunctions: compileGrants(answer.allowed_functions ?? []),
    forbiddenFunctions: compileGrants(answer.forbidden_functions ?? []),
    allowedTriggerTypes: types === undefined ? undefined : new Set(types),
    allowTriggerTypeRegistration: answer.allow_trigger_type_registration ?? false,
    allowFunctionRegistration: answer.allow_function_registration ?? !denies,
    context: answer.context ?? {},
    functionPrefix: answer.function_registration_prefix === '' ? undefined : answer.function_registration_prefix,
  }
}

/** Each grant is an exact id, a prefix such as `orders*`, or `match("…")`. */
function compileGrants(grants: readonly string[]): Matches {
  const exact = new Set(grants)
  const patterns = grants.flatMap((grant) => {
    const glob = globIn(grant)
    if (glob !== undefined) return compileGlob(glob)
    if (!grant.endsWith('*')) return []
    const start = grant.slice(0, -1)
    return (functionId: string) => functionId.startsWith(start)
  })
  return (functionId) => exact.has(functionId) || patterns.some((matches) => matches(functionId))
}
