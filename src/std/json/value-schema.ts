/**
 * Validates values against a JSON Schema. Schemas come from other programs, so the validator interprets them instead of
 * compiling them to code, patterns match in linear time, and slow checks are aborted. The validator is loaded with the
 * first schema.
 */
import type { SchemaDraft, Validator } from '@cfworker/json-schema'
import type { RE2JS } from 're2js'
import { messageOf } from '../text/describe.js'
import { nestingFault } from './walk.js'
import { createContext, Script } from 'node:vm'

type Schema = Readonly<Record<string, unknown>>

function isRecord(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Describes what is wrong with a value; `undefined` if it is valid. */
export type CheckValue = (value: unknown) => string | undefined

const DRAFTS: readonly (readonly [mark: string, draft: SchemaDraft])[] = [
  ['draft-04', '4'],
  ['2019-09', '2019-09'],
  ['2020-12', '2020-12'],
]

/** Time limit for compiling a schema or checking a value. The engine handles nothing else meanwhile. */
const LIMIT_MS = 60

/** Maximum characters of one pattern: compiling a pattern takes more than linear time. */
const MAX_PATTERN_CHARACTERS = 1_000

/** Maximum faults named in one message. */
const MAX_FAULTS = 3

/** Compiles schemas, once it is loaded. */
interface Tools {
  readonly Validator: typeof Validator
  readonly RE2JS: typeof RE2JS
}

/** Loads the modules that `compileSchema` needs. */
export async function loadSchemaTools(): Promise<Tools> {
  const [{ Validator }, { RE2JS }] = await Promise.all([import('@cfworker/json-schema'), import('re2js')])
  return { Validator, RE2JS }
}

/**
 * Compiles a schema to a check; draft-07 unless the schema names another draft.
 * @throws {Error} when the schema is invalid, nests too deep, or has a pattern that cannot be matched in linear time.
 */
export function compileSchema({ Validator, RE2JS }: Tools, schema: unknown): CheckValue {
  if (!isRecord(schema)) throw new Error('it must be an object')
  const fault = nestingFault(schema)
  if (fault !== undefined) throw new Error(fault)
  const named = typeof schema['$schema'] === 'string' ? schema['$schema'] : ''
  const draft = DRAFTS.find(([mark]) => named.includes(mark))?.[1] ?? '7'
  const patterns = new Patterns(RE2JS)
  const validator = withinLimit(() => {
    patterns.compileAllIn(schema)
    const made = new Validator(schema, draft, false)
    // Unresolvable references fail only when they are used.
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
      return `the schema cannot validate it: ${messageOf(error)}`
    }
  }
}

/** Work that is aborted at the limit runs no `finally` block, so the `RegExp` of the process is restored here. */
function withinLimit<T>(work: () => T): T {
  const { RegExp: own } = globalThis
  try {
    return withinTime(LIMIT_MS, work)
  } finally {
    globalThis.RegExp = own
  }
}

/** Keywords that only repeat that a nested value is invalid. */
const OUTER = new Set(['properties', 'items', 'allOf', '$ref'])

/** Keywords whose values are data: a member `pattern` in them is not a pattern. */
const DATA: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples'])

/** The patterns of one schema, compiled once. */
class Patterns {
  readonly #engine: typeof RE2JS
  readonly #compiled = new Map<string, RE2JS>()

  constructor(engine: typeof RE2JS) {
    this.#engine = engine
  }

  /** @throws {Error} naming a pattern that is invalid or has no linear-time form. */
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
   * Runs the validator with these patterns in place of `RegExp`, since it has no option for that. No other code runs
   * meanwhile, as the validator is synchronous.
   */
  inPlaceOfRegExp<T>(validate: () => T): T {
    const native = globalThis.RegExp
    const compile = (source: string): RE2JS => this.#compile(source)
    function LinearPattern(source: string) {
      // The format `regex` constructs a pattern only to see whether that succeeds.
      new native(source, 'u')
      return { test: (text: string) => compile(source).test(text) }
    }
    // Implements only the part of the constructor that the validator uses.
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
    // The linear-time engine accepts syntax that JSON Schema does not have.
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

/** The script can access only this function, and calls only this function. */
const place: { run: (() => void) | undefined } = { run: undefined }
const sandbox = createContext(place)
const script = new Script('run()')

/** Maximum attempts for work that got too little processor time. */
const MAX_ATTEMPTS = 3

/**
 * Runs a function without side effects. Repeats it if other processes took most of the time.
 * @throws {Error} when it has not returned after `limitMs`, or the error that it throws.
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
    // V8 checks the limit while it matches a pattern, too.
    script.runInContext(sandbox, { timeout: limitMs })
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    throw new OutOfTime(`it takes longer than ${String(limitMs)} ms`, { cause: error })
  } finally {
    place.run = undefined
  }
  // Reached only after the script has called it.
  return (result as unknown as { readonly value: T }).value
}
