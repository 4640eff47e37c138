/** Selects the functions that a guarded listener exposes, by id or by metadata, each within one namespace. */
import { ErrorCode, RuntimeError } from '../../errors.js'
import { DEFAULT_NAMESPACE } from '../../wire/protocol/names.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { describe } from '../../std/text/describe.js'
import { compileGlob, globIn, MATCH_CALL } from './glob.js'
import { list, any, optional, record, string, type Declared } from '../declare/schema.js'
import { parseSettings, section, withRules } from '../declare/settings.js'

/** The properties of a function that filters use. */
interface Exposable {
  readonly id: string
  readonly namespace: string
  readonly metadata: unknown
}

export type ExposeFilter = (candidate: Exposable) => boolean

const mapShape = { match: optional(string()), metadata: optional(record()), namespace: optional(string()) }

/** The schema of an object that has a member, not null. */
function having(key: string, type: string): object {
  return { properties: { [key]: { type } }, required: [key] }
}

/** The setting `expose_functions`. */
export const exposeFilters: Declared<readonly unknown[]> = {
  ...list(any()),
  schema: {
    description: '`match(pattern)`, or an object with the members `metadata` and `match`',
    items: {
      anyOf: [
        { pattern: MATCH_CALL.source, type: 'string' },
        withRules(section(mapShape), { oneOf: [having('match', 'string'), having('metadata', 'object')] }).schema,
      ],
    },
    type: 'array',
  },
}

/**
 * Reads one entry of `expose_functions`.
 * @throws {RuntimeError} INVALID_CONFIG
 */
export function parseExposeFilter(path: string, entry: unknown): ExposeFilter {
  if (typeof entry === 'string') {
    const glob = globIn(entry)
    if (glob === undefined) throw invalid(`${path} must be \`match("…")\` or an object, got ${describe(entry)}`)
    return byId(compileGlob(glob), DEFAULT_NAMESPACE)
  }
  const { match, metadata, namespace = DEFAULT_NAMESPACE } = parseSettings(path, mapShape, entry)
  if (match !== undefined && metadata === undefined) return byId(compileGlob(globIn(match) ?? match), namespace)
  if (metadata !== undefined && match === undefined) return byMetadata(metadata, namespace)
  throw invalid(`${path} must have exactly one of \`match\` and \`metadata\``)
}

function byId(matches: (id: string) => boolean, namespace: string): ExposeFilter {
  return (candidate) => candidate.namespace === namespace && matches(candidate.id)
}

/** All keys must be present with their values. A value `match("…")` accepts any text that matches the pattern. */
function byMetadata(wanted: Readonly<Record<string, unknown>>, namespace: string): ExposeFilter {
  const tests = Object.entries(wanted).map(([key, value]) => ({ key, accepts: valueTest(value) }))
  return ({ namespace: own, metadata }) =>
    own === namespace &&
    isRecord(metadata) &&
    tests.every(({ key, accepts }) => Object.hasOwn(metadata, key) && accepts(metadata[key]))
}

function valueTest(wanted: unknown): (value: unknown) => boolean {
  const glob = typeof wanted === 'string' ? globIn(wanted) : undefined
  if (glob !== undefined) {
    const matches = compileGlob(glob)
    return (value) => typeof value === 'string' && matches(value)
  }
  const text = JSON.stringify(wanted)
  return (value) => value === wanted || JSON.stringify(value) === text
}

function invalid(message: string): RuntimeError {
  return new RuntimeError(ErrorCode.INVALID_CONFIG, message)
}
