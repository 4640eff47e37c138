/**
 * What a JSON Schema says about a value as a whole: the kinds of JSON that match, and how many alternatives there are.
 * Follows references and combinations, not members. Decides where a type would contradict itself or grow too large.
 */
import { isRecord } from '../wire/protocol/validate.js'

/** Each kind of JSON value as one bit. */
export const Kind = { STRING: 1, NUMBER: 2, BOOLEAN: 4, NULL: 8, ARRAY: 16, OBJECT: 32 } as const
export const ALL_KINDS = 63

export interface Facts {
  /** The kinds of values that can match. */
  readonly kinds: number
  /** Upper limit of the members of a union type for it. */
  readonly size: number
}

/** Reads the target of a reference; `undefined` when there is none. */
export type Resolve = (ref: string) => unknown

const ANYTHING: Facts = { kinds: ALL_KINDS, size: 1 }
/** Maximum references followed in a row. */
export const MAX_CHAIN = 50

const KINDS = new Map<unknown, number>([
  ['string', Kind.STRING],
  ['number', Kind.NUMBER],
  ['integer', Kind.NUMBER],
  ['boolean', Kind.BOOLEAN],
  ['null', Kind.NULL],
  ['array', Kind.ARRAY],
  ['object', Kind.OBJECT],
  ['map', Kind.OBJECT],
])

const OBJECT_WORDS = ['properties', 'required', 'additionalProperties', 'patternProperties', 'propertyNames']
const ARRAY_WORDS = ['items', 'prefixItems', 'additionalItems', 'contains']

/** The names in `type`; without it, the kind that other keywords are about. */
export function typeNames(schema: Readonly<Record<string, unknown>>): readonly string[] {
  const { type } = schema
  if (typeof type === 'string') return [type]
  if (Array.isArray(type)) return type.filter((name) => typeof name === 'string')
  if (OBJECT_WORDS.some((word) => word in schema)) return ['object']
  return ARRAY_WORDS.some((word) => word in schema) ? ['array'] : []
}

/** The kinds that type names stand for; an unknown name stands for all. */
export function kindsOf(names: readonly string[]): number {
  if (names.length === 0) return ALL_KINDS
  return names.reduce((kinds, name) => kinds | (KINDS.get(name) ?? ALL_KINDS), 0)
}

export function kindOfValue(value: unknown): number {
  if (value === null) return Kind.NULL
  if (Array.isArray(value)) return Kind.ARRAY
  return kindsOf([typeof value])
}

export class SchemaFacts {
  readonly #resolve: Resolve
  readonly #known = new WeakMap<object, Facts>()
  #chain = 0

  constructor(resolve: Resolve) {
    this.#resolve = resolve
  }

  /** A reference to itself says nothing, and so does one at the end of a long chain. */
  of(schema: unknown): Facts {
    if (isImpossible(schema)) return { kinds: 0, size: 0 }
    if (!isRecord(schema)) return ANYTHING
    const known = this.#known.get(schema)
    if (known !== undefined) return known
    if (this.#chain >= MAX_CHAIN) return ANYTHING
    this.#known.set(schema, ANYTHING)
    this.#chain += 1
    const facts = this.#read(schema)
    this.#chain -= 1
    this.#known.set(schema, facts)
    return facts
  }

  #read(schema: Readonly<Record<string, unknown>>): Facts {
    const parts = [ownFacts(schema)]
    const { $ref, allOf } = schema
    if (typeof $ref === 'string') parts.push(this.of(this.#resolve($ref)))
    for (const word of ['anyOf', 'oneOf'] as const) {
      const alternatives = schema[word]
      if (Array.isArray(alternatives)) parts.push(anyOf(alternatives.map((each) => this.of(each))))
    }
    if (Array.isArray(allOf)) for (const each of allOf as unknown[]) parts.push(this.of(each))
    const kinds = parts.reduce((all, part) => all & part.kinds, ALL_KINDS)
    const size = parts.reduce((product, part) => product * part.size, 1)
    return schema['nullable'] === true ? { kinds: kinds | Kind.NULL, size: size + 1 } : { kinds, size }
  }
}

function anyOf(alternatives: readonly Facts[]): Facts {
  return {
    kinds: alternatives.reduce((kinds, each) => kinds | each.kinds, 0),
    size: alternatives.reduce((size, each) => size + each.size, 0),
  }
}

function ownFacts(schema: Readonly<Record<string, unknown>>): Facts {
  const names = typeNames(schema)
  const kinds = kindsOf(names)
  const values = literalsOf(schema)
  if (values === undefined) return { kinds, size: Math.max(1, names.length) }
  const fitting = values.map(kindOfValue).filter((kind) => (kind & kinds) !== 0)
  return { kinds: fitting.reduce((all, kind) => all | kind, 0), size: fitting.length }
}

/** Whether a schema says that there is no value. */
export function isImpossible(schema: unknown): boolean {
  if (schema === false) return true
  if (!isRecord(schema)) return false
  const { not } = schema
  return not === true || (isRecord(not) && Object.keys(not).length === 0)
}

/** The values of `const` or `enum`. */
export function literalsOf(schema: Readonly<Record<string, unknown>>): readonly unknown[] | undefined {
  if ('const' in schema) return [schema['const']]
  return Array.isArray(schema['enum']) ? schema['enum'] : undefined
}
