/**
 * Checks values against a JSON Schema. The validator interprets schemas rather than turning them into code: they come
 * from workers. It is loaded when the first schema is.
 */
import type { SchemaDraft } from '@cfworker/json-schema'
import { messageOf } from '../../../std/describe.js'
import { isRecord } from '../../../protocol/validate.js'
import { withinTime } from './within-time.js'

/** Says what is wrong with a value; `undefined` when it fits. */
export type CheckValue = (value: unknown) => string | undefined

const DRAFTS: readonly (readonly [mark: string, draft: SchemaDraft])[] = [
  ['draft-04', '4'],
  ['2019-09', '2019-09'],
  ['2020-12', '2020-12'],
]

/** How long a schema may take over one value; everything else in the engine waits meanwhile. */
const LIMIT_MS = 100

/** Faults named in one message. */
const MAX_FAULTS = 3

/**
 * Makes a check of a schema; draft-07 unless the schema says otherwise.
 * @throws {Error} when the schema cannot be used.
 */
export async function compileSchema(schema: unknown): Promise<CheckValue> {
  if (!isRecord(schema)) throw new Error('it must be an object')
  const { Validator } = await import('@cfworker/json-schema')
  const named = typeof schema['$schema'] === 'string' ? schema['$schema'] : ''
  const draft = DRAFTS.find(([mark]) => named.includes(mark))?.[1] ?? '7'
  const validator = new Validator(schema, draft, false)
  // Patterns and references that cannot be followed show only in use.
  for (const probe of [{}, '', []]) withinTime(LIMIT_MS, () => validator.validate(probe))
  return (value) => {
    try {
      const { valid, errors } = withinTime(LIMIT_MS, () => validator.validate(value))
      if (valid) return undefined
      const faults = errors.filter(({ keyword }) => !OUTER.has(keyword))
      const named = (faults.length > 0 ? faults : errors).slice(0, MAX_FAULTS)
      return named.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`).join('; ')
    } catch (error) {
      return `the schema cannot judge it: ${messageOf(error)}`
    }
  }
}

/** Keywords that only repeat that something within does not fit. */
const OUTER = new Set(['properties', 'items', 'allOf', '$ref'])
