/** What a JSON Schema says about a text that is being edited: what fits at the cursor, and which values do not. */
import { isRecord } from '../../../wire/protocol/validate.js'
import { MAX_DEPTH, pointerOf, scanJson } from './json-scan.js'

/** A text that can be inserted at the cursor. */
export interface Completion {
  readonly label: string
  /** The range that is replaced, and by what. */
  readonly from: number
  readonly to: number
  readonly text: string
}

const MAX_COMPLETIONS = 8

export function completionsAt(schema: unknown, text: string, cursor: number): Completion[] {
  if (!isRecord(schema)) return []
  const { end } = scanJson(text.slice(0, cursor))
  if (end.expects === 'other') return []
  const at = schemaAt(schema, end.path)
  const typed = end.token.replace(/^"/, '').toLowerCase()
  const to = end.token.startsWith('"') && text[cursor] === '"' ? cursor + 1 : cursor
  const options = end.expects === 'key' ? keysOf(at, { text, cursor, path: end.path }) : valuesOf(at)
  return options
    .filter(({ label }) => label.replace(/^"/, '').toLowerCase().startsWith(typed))
    .slice(0, MAX_COMPLETIONS)
    .map((option) => ({ ...option, from: end.from, to }))
}

interface Place {
  readonly text: string
  readonly cursor: number
  readonly path: readonly string[]
}

/** Members that the object does not have yet. */
function keysOf(schema: unknown, { text, cursor, path }: Place): { label: string; text: string }[] {
  if (!isRecord(schema) || !isRecord(schema['properties'])) return []
  const { places } = scanJson(text)
  const hasColon = /^"?\s*:/.test(text.slice(cursor))
  const isFree = (name: string): boolean => {
    const place = places.get(pointerOf([...path, name]))
    return place === undefined || place >= lineStart(text, cursor)
  }
  return Object.keys(schema['properties'])
    .filter(isFree)
    .map((name) => ({ label: JSON.stringify(name), text: JSON.stringify(name) + (hasColon ? '' : ': ') }))
}

function lineStart(text: string, cursor: number): number {
  return text.lastIndexOf('\n', cursor - 1) + 1
}

function valuesOf(schema: unknown): { label: string; text: string }[] {
  if (!isRecord(schema)) return []
  const { enum: choices, const: only, default: usual, examples, type } = schema
  const listed: unknown[] = [usual, only, ...listOf(choices), ...listOf(examples)]
  const words = type === 'boolean' ? [true, false] : type === 'object' ? [{}] : type === 'array' ? [[]] : []
  const texts = [...listed, ...words].filter((value) => value !== undefined).map((value) => JSON.stringify(value))
  return [...new Set(texts)].map((text) => ({ label: text, text }))
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The part of a schema that is about a member; follows references into the schema itself. */
function schemaAt(schema: unknown, path: readonly string[]): unknown {
  let at = resolved(schema, schema)
  for (const part of path) {
    if (!isRecord(at)) return undefined
    const properties = isRecord(at['properties']) ? at['properties'] : {}
    const next = Object.hasOwn(properties, part)
      ? properties[part]
      : /^\d+$/.test(part)
        ? at['items']
        : at['additionalProperties']
    at = resolved(next, schema)
  }
  return at
}

const MAX_REFERENCES = 10

function resolved(part: unknown, root: unknown): unknown {
  let at = part
  for (let step = 0; step < MAX_REFERENCES && isRecord(at) && typeof at['$ref'] === 'string'; step++) {
    const path = at['$ref']
      .replace(/^#\/?/, '')
      .split('/')
      .filter((name) => name !== '')
    at = path.reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), root)
  }
  return at
}

/** Something in the text that does not fit the schema. */
export interface SchemaError {
  /** From 1. */
  readonly line: number
  readonly message: string
}

/** Each line that is marked is counted from the start of the text. */
const MAX_ERRORS = 100

/** The library is loaded with the first schema. */
export async function schemaErrorsOf(schema: object, value: unknown, text: string): Promise<SchemaError[]> {
  const { Validator } = await import('@cfworker/json-schema')
  const { errors } = new Validator(withoutPatterns(schema), '2020-12', false).validate(value)
  const { places } = scanJson(text)
  // An error about a member is repeated for everything around it.
  const around = new Set(errors.flatMap(({ instanceLocation }) => outerPlaces(instanceLocation)))
  return errors
    .filter(({ keyword, instanceLocation }) => keyword === 'required' || !around.has(instanceLocation))
    .slice(0, MAX_ERRORS)
    .map(({ instanceLocation, error }) => {
      const offset = placeOf(instanceLocation.replace(/^#/, ''), places)
      return { line: text.slice(0, offset).split('\n').length, message: error }
    })
}

/** The places around a value that are not too deep. */
function outerPlaces(pointer: string): string[] {
  const parts = pointer.split('/').slice(0, MAX_DEPTH)
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** Of the value, or of the innermost one around it that has a place. */
function placeOf(pointer: string, places: ReadonlyMap<string, number>): number {
  let at = pointer
  while (at !== '' && !places.has(at)) at = at.slice(0, at.lastIndexOf('/'))
  return places.get(at) ?? 0
}

/** Schemas come from workers, and some patterns take minutes for some values, which would block the page. */
function withoutPatterns(schema: object): object {
  const isPattern = (key: string, value: unknown): boolean =>
    (key === 'pattern' && typeof value === 'string') || key === 'patternProperties'
  const text = JSON.stringify(schema, (key, value: unknown) => (isPattern(key, value) ? undefined : value))
  return JSON.parse(text) as object
}
