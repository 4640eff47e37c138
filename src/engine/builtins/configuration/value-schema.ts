/**
 * Checks values against a JSON Schema. Schemas come from workers: the validator interprets them rather than turning them
 * into code, patterns are matched in linear time, and a check that takes too long ends. Loads the validator with the
 * first schema.
 */
import type { SchemaDraft, Validator } from '@cfworker/json-schema'
import type { RE2JS } from 're2js'
import { messageOf } from '../../../std/text/describe.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { createContext, Script } from 'node:vm'

/** Describes what is wrong with a value; `undefined` when it is valid. */
export type CheckValue = (value: unknown) => string | undefined

const DRAFTS: readonly (readonly [mark: string, draft: SchemaDraft])[] = [
  ['draft-04', '4'],
  ['2019-09', '2019-09'],
  ['2020-12', '2020-12'],
]

/** How long reading a schema, or checking a value against it, may take; everything else in the engine waits meanwhile. */
const LIMIT_MS = 60

/** Characters of one pattern: compiling takes more than linear time. */
const MAX_PATTERN_CHARACTERS = 1_000

/** Faults named in one message. */
const MAX_FAULTS = 3

/** What reads schemas, once it is loaded. */
interface Tools {
  readonly Validator: typeof Validator
  readonly RE2JS: typeof RE2JS
}

/** Loads what `compileSchema` needs. */
export async function loadSchemaTools(): Promise<Tools> {
  const [{ Validator }, { RE2JS }] = await Promise.all([import('@cfworker/json-schema'), import('re2js')])
  return { Validator, RE2JS }
}

/**
 * Makes a check of a schema; draft-07 unless the schema names another.
 * @throws {Error} when the schema cannot be used, or has a pattern that cannot be matched in linear time.
 */
export function compileSchema({ Validator, RE2JS }: Tools, schema: unknown): CheckValue {
  if (!isRecord(schema)) throw new Error('it must be an object')
  const named = typeof schema['$schema'] === 'string' ? schema['$schema'] : ''
  const draft = DRAFTS.find(([mark]) => named.includes(mark))?.[1] ?? '7'
  const patterns = new Patterns(RE2JS)
  const validator = withinLimit(() => {
    patterns.compileAllIn(schema)
    const made = new Validator(schema, draft, false)
    // References that cannot be followed show only in use.
    for (const probe of [{}, '', []]) patterns.inPlaceOfRegExp(() => made.validate(probe))
    return made
  })
  return (value) => {
    try {
      const { valid, errors } = withinLimit(() => patterns.inPlaceOfRegExp(() => validator.validate(value)))
      if (valid) return undefined
      const faults = errors.filter(({ keyword }) => !OUTER.has(keyword))
      const named = (faults.length > 0 ? faults : errors).slice(0, MAX_FAULTS)
      return named.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`).join('; ')
    } catch (error) {
      return `the schema cannot judge it: ${messageOf(error)}`
    }
  }
}

/** Work that is ended at the limit runs no `finally` block, so the process gets its own `RegExp` back here. */
function withinLimit<T>(work: () => T): T {
  const { RegExp: own } = globalThis
  try {
    return withinTime(LIMIT_MS, work)
  } finally {
    globalThis.RegExp = own
  }
}

/** Keywords that only repeat that something within is not valid. */
const OUTER = new Set(['properties', 'items', 'allOf', '$ref'])

/** Keywords whose values are data: a member `pattern` in them is none. */
const DATA: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples'])

/** The patterns of one schema, compiled once. */
class Patterns {
  readonly #engine: typeof RE2JS
  readonly #compiled = new Map<string, RE2JS>()

  constructor(engine: typeof RE2JS) {
    this.#engine = engine
  }

  /** @throws {Error} naming a pattern that is none, or that has no linear-time form. */
  compileAllIn(schema: unknown): void {
    if (typeof schema !== 'object' || schema === null) return
    for (const [keyword, value] of Object.entries(schema)) {
      if (DATA.has(keyword) && !Array.isArray(schema)) continue
      if (keyword === 'pattern' && typeof value === 'string') this.#compile(value)
      if (keyword === 'patternProperties' && isRecord(value)) Object.keys(value).forEach((key) => this.#compile(key))
      this.compileAllIn(value)
    }
  }

  /**
   * Runs the validator with these patterns where it would make a `RegExp`: it has no option for that. Nothing else runs
   * meanwhile, as the validator awaits nothing.
   */
  inPlaceOfRegExp<T>(validate: () => T): T {
    const native = globalThis.RegExp
    const compile = (source: string): RE2JS => this.#compile(source)
    function LinearPattern(source: string) {
      // The format `regex` makes one just to see whether it can be made.
      new native(source, 'u')
      return { test: (text: string) => compile(source).test(text) }
    }
    // Only what the validator uses of the constructor is there.
    globalThis.RegExp = LinearPattern as unknown as RegExpConstructor
    try {
      return validate()
    } finally {
      globalThis.RegExp = native
    }
  }

  #compile(source: string): RE2JS {
    const present = this.#compiled.get(source)
    if (present !== undefined) return present
    const shown = source.length <= 100 ? source : `${source.slice(0, 100)}…`
    if (source.length > MAX_PATTERN_CHARACTERS) {
      throw new Error(`the pattern ${shown} has more than ${String(MAX_PATTERN_CHARACTERS)} characters`)
    }
    // The other engine knows syntax that JSON Schema does not.
    new RegExp(source, 'u')
    try {
      const pattern = this.#engine.compile(this.#engine.translateRegExp(source))
      this.#compiled.set(source, pattern)
      return pattern
    } catch (cause) {
      const text = `the pattern ${shown} cannot be matched in linear time (look-around, back-references): ${messageOf(cause)}`
      throw new Error(text, { cause })
    }
  }
}

/** The only place a script sees, and in it the only thing it does. */
const place: { run: (() => void) | undefined } = { run: undefined }
const sandbox = createContext(place)
const script = new Script('run()')

/** How often work is tried that got too little of the processor. */
const MAX_ATTEMPTS = 3

/**
 * Runs a function that has no effects of its own. Starts again when other processes took most of the time.
 * @throws {Error} when it has not returned after `limitMs`; what it throws itself otherwise.
 */
export function withinTime<T>(limitMs: number, run: () => T): T {
  for (let attempt = 1; ; attempt += 1) {
    const before = process.cpuUsage()
    try {
      return tryWithin(limitMs, run)
    } catch (error) {
      const { user, system } = process.cpuUsage(before)
      const wasHeldUp = (user + system) / 1000 < limitMs / 2
      if (!(error instanceof OutOfTime) || !wasHeldUp || attempt === MAX_ATTEMPTS) throw error
    }
  }
}

class OutOfTime extends Error {}

function tryWithin<T>(limitMs: number, run: () => T): T {
  let result: { readonly value: T } | undefined
  place.run = () => {
    result = { value: run() }
  }
  try {
    // V8 looks at the limit while it matches a pattern, too.
    script.runInContext(sandbox, { timeout: limitMs })
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    throw new OutOfTime(`it takes longer than ${String(limitMs)} ms`, { cause: error })
  } finally {
    place.run = undefined
  }
  // The script has called it, or we would not be here.
  return (result as unknown as { readonly value: T }).value
}
