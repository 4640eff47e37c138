/**
 * Converts JSON Schemas to TypeScript types: draft-07 and 2020-12, as schemars, pydantic, zod, valibot and arktype write
 * them. What a type cannot express becomes `unknown`; the result compiles for every input. One instance converts the
 * schemas of one file, and declares each referenced definition once.
 */
import { nestingFault } from '../std/json/walk.js'
import { isRecord } from '../wire/protocol/validate.js'
import {
  ALL_KINDS,
  isImpossible,
  Kind,
  kindOfValue,
  kindsOf,
  literalsOf,
  MAX_CHAIN,
  SchemaFacts,
  typeNames,
} from './schema-facts.js'
import { SchemaDocument } from './schema-document.js'
import {
  docLines,
  intersection,
  named,
  NEVER,
  stringText,
  union,
  UNKNOWN,
  type Member,
  type TypeNode,
} from './type-text.js'

type Schema = Readonly<Record<string, unknown>>

/** Maximum members of a union: compilers refuse much larger ones. */
const MAX_UNION = 1_000
/** Maximum nesting of a type that is written in one place. */
const MAX_DEPTH = 40
/** A type that is declared under a name of its own. */
export interface Declaration {
  readonly name: string
  readonly doc: readonly string[]
  readonly type: TypeNode
}

/** Where a type is written. */
interface Place {
  readonly document: SchemaDocument
  /** The declaration that is written. */
  readonly pointer: string
  readonly depth: number
  /** Whether the type is an alternative or a part of the declaration as a whole, and no member within it. */
  readonly isWhole: boolean
}

export class SchemaTypes {
  readonly #taken: Set<string>
  readonly #declarations: Declaration[] = []
  /** The names of declarations by what they declare. */
  readonly #names = new Map<string, string>()
  readonly #documents = new Map<SchemaDocument, SchemaFacts>()
  // Named and not written yet.
  readonly #waiting: (() => void)[] = []

  /** @param reserved names that the file uses already. */
  constructor(reserved: readonly string[]) {
    this.#taken = new Set(reserved)
  }

  /** The type of a schema; `name` names the schema where it refers to itself. */
  typeOf(schema: unknown, name: string): TypeNode {
    return this.#wholeType(schema, name).type
  }

  /** The type of a result: the SDK resolves a null result as `undefined`. */
  typeOfResult(schema: unknown, name: string): TypeNode {
    const { type, kinds } = this.#wholeType(schema, name)
    if ((kinds & Kind.NULL) === 0 || kinds === ALL_KINDS) return type
    const parts = type.kind === 'union' ? type.of : [type]
    return union([...parts.filter((part) => part.kind !== 'name' || part.text !== 'null'), named('undefined')])
  }

  /** All declarations so far, sorted by name. */
  declarations(): readonly Declaration[] {
    return this.#declarations.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  #wholeType(schema: unknown, name: string): { readonly type: TypeNode; readonly kinds: number } {
    if (!isRecord(schema) || nestingFault(schema) !== undefined) {
      return { type: schema === false ? NEVER : UNKNOWN, kinds: ALL_KINDS }
    }
    const document = new SchemaDocument(schema, name)
    const { kinds } = this.#factsIn(document).of(schema)
    const place = { document, pointer: '#', depth: 0, isWhole: true }
    const type = document.refersToRoot ? this.#declare(document, '#') : this.#type(schema, place)
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next()
    return { type, kinds }
  }

  #factsIn(document: SchemaDocument): SchemaFacts {
    let facts = this.#documents.get(document)
    if (facts === undefined) {
      facts = new SchemaFacts((ref) => document.target(ref))
      this.#documents.set(document, facts)
    }
    return facts
  }

  #type(schema: unknown, place: Place): TypeNode {
    if (isImpossible(schema)) return NEVER
    if (!isRecord(schema) || place.depth > MAX_DEPTH) return UNKNOWN
    const facts = this.#factsIn(place.document)
    const { kinds, size } = facts.of(schema)
    if (size > MAX_UNION) return this.#wide(schema)
    if (kinds === 0) return UNKNOWN
    const { $ref, allOf } = schema
    const parts: TypeNode[] = []
    let covered = ALL_KINDS
    if (typeof $ref === 'string') {
      parts.push(this.#reference($ref, place))
      covered &= facts.of(place.document.target($ref)).kinds
    }
    for (const word of ['anyOf', 'oneOf'] as const) {
      const alternatives = schema[word]
      if (!Array.isArray(alternatives)) continue
      parts.push(union(alternatives.map((each) => this.#type(each, place))))
      covered &= alternatives.reduce((all: number, each) => all | facts.of(each).kinds, 0)
    }
    for (const each of listOf(allOf)) {
      parts.push(this.#type(each, place))
      covered &= facts.of(each).kinds
    }
    // `type` alone adds nothing to parts that are of this type.
    const own = kindsOf(typeNames(schema))
    if (parts.length === 0 || !isBare(schema) || (covered & ~own) !== 0) parts.unshift(this.#own(schema, place))
    const type = intersection(parts)
    return schema['nullable'] === true ? union([type, named('null')]) : type
  }

  /** The type of a schema with too many alternatives: its kinds alone. */
  #wide(schema: Schema): TypeNode {
    const kinds = new Set((literalsOf(schema) ?? []).map((value) => (value === null ? 'null' : typeof value)))
    return kinds.size === 0 || kinds.has('object') ? UNKNOWN : union([...kinds].sort().map(named))
  }

  #reference(ref: string, place: Place): TypeNode {
    const { document, pointer, isWhole } = place
    const target = document.pointerOf(ref)
    if (target === undefined) return UNKNOWN
    // A declaration that is one of its own alternatives does not compile.
    if (isWhole && document.leadsTo(target, pointer, MAX_CHAIN)) return UNKNOWN
    return this.#declare(document, target)
  }

  #declare(document: SchemaDocument, pointer: string): TypeNode {
    const content = document.contentOf(pointer)
    const present = this.#names.get(content)
    if (present !== undefined) return named(present)
    const name = this.#freeName(document.nameOf(pointer))
    this.#names.set(content, name)
    // Written later: definitions may follow each other without end.
    this.#waiting.push(() => {
      const schema = document.at(pointer)
      const type = this.#type(schema, { document, pointer, depth: 0, isWhole: true })
      this.#declarations.push({ name, doc: docOf(schema), type })
    })
    return named(name)
  }

  #freeName(wanted: string): string {
    let name = wanted
    for (let number = 2; this.#taken.has(name); number += 1) name = `${wanted}_${String(number)}`
    this.#taken.add(name)
    return name
  }

  /** What a schema says without its references and combinations. */
  #own(schema: Schema, place: Place): TypeNode {
    const names = typeNames(schema)
    const values = literalsOf(schema)
    if (values !== undefined) {
      const kinds = kindsOf(names)
      return union(values.filter((value) => (kindOfValue(value) & kinds) !== 0).map((value) => literalType(value)))
    }
    if (names.length === 0) return UNKNOWN
    return union(names.map((name) => this.#ofKind(name, schema, place)))
  }

  #ofKind(name: string, schema: Schema, place: Place): TypeNode {
    switch (name) {
      case 'integer':
        return named('number')
      case 'string':
      case 'number':
      case 'boolean':
      case 'null':
        return named(name)
      case 'object':
      case 'map':
        return this.#object(schema, inner(place))
      case 'array':
        return this.#array(schema, inner(place))
      default:
        return UNKNOWN
    }
  }

  #object(schema: Schema, place: Place): TypeNode {
    const properties = isRecord(schema['properties']) ? schema['properties'] : {}
    const required = new Set(listOf(schema['required']).filter(isText))
    const names = [...new Set([...Object.keys(properties), ...required])]
    const members = names.map((name): Member => {
      const property = Object.hasOwn(properties, name) ? properties[name] : true
      return { name, type: this.#type(property, place), isOptional: !required.has(name), doc: docOf(property) }
    })
    return { kind: 'object', members, rest: this.#rest(schema, members.length > 0, place) }
  }

  /** The type of members that are not declared. Beside declared ones it has to include theirs, so it is `unknown`. */
  #rest(schema: Schema, hasMembers: boolean, place: Place): TypeNode | undefined {
    const { additionalProperties: additional, patternProperties: patterns } = schema
    const patterned = isRecord(patterns) ? Object.values(patterns) : []
    if (hasMembers) return (additional ?? false) === false && patterned.length === 0 ? undefined : UNKNOWN
    const others = additional === undefined && patterned.length > 0 ? [] : [additional ?? true]
    return union([...patterned, ...others].map((each) => this.#type(each, place)))
  }

  #array(schema: Schema, place: Place): TypeNode {
    const { items, prefixItems, additionalItems, minItems, maxItems } = schema
    const first = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : undefined
    if (first === undefined) return { kind: 'list', of: this.#type(items ?? true, place) }
    if (first.length > MAX_UNION) return { kind: 'list', of: UNKNOWN }
    const others = Array.isArray(prefixItems) ? items : additionalItems
    const isClosed = (others ?? false) === false || (typeof maxItems === 'number' && maxItems <= first.length)
    return {
      kind: 'tuple',
      of: first.map((each) => this.#type(each, place)),
      required: typeof minItems === 'number' ? Math.min(minItems, first.length) : first.length,
      rest: isClosed ? undefined : this.#type(others, place),
    }
  }
}

function inner(place: Place): Place {
  return { ...place, depth: place.depth + 1, isWhole: false }
}

/** Whether a schema names kinds of values and says nothing else about them. */
function isBare(schema: Schema): boolean {
  return !SAYING.some((word) => word in schema)
}

const SAYING = 'properties required additionalProperties patternProperties items prefixItems const enum'.split(' ')

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** The type that only this value has. */
function literalType(value: unknown, depth = 0): TypeNode {
  if (depth > MAX_DEPTH) return UNKNOWN
  if (typeof value === 'string') return named(stringText(value))
  if (typeof value === 'number') return named(Number.isFinite(value) ? String(value) : 'number')
  if (value === null || typeof value === 'boolean') return named(String(value))
  if (Array.isArray(value)) {
    return {
      kind: 'tuple',
      of: value.map((each) => literalType(each, depth + 1)),
      required: value.length,
      rest: undefined,
    }
  }
  const members = Object.entries(value as Schema).map(([name, each]): Member => {
    return { name, type: literalType(each, depth + 1), isOptional: false, doc: [] }
  })
  return { kind: 'object', members, rest: members.length === 0 ? NEVER : undefined }
}

/** The doc comment of a schema: its description, format, default and deprecation. */
function docOf(schema: unknown): string[] {
  if (!isRecord(schema)) return []
  const { description, format, default: usual, deprecated } = schema
  const lines = docLines(description)
  if (typeof format === 'string') lines.push(...tag('format', format))
  if (usual !== undefined && usual !== null) lines.push(...tag('default', JSON.stringify(usual)))
  if (deprecated === true) lines.push('@deprecated')
  return lines
}

/** Maximum characters of a tag; a longer one is left out. */
const TAG_CHARACTERS = 80

function tag(name: string, value: string): string[] {
  const [line, second] = docLines(value)
  const isShort = second === undefined && value.length <= TAG_CHARACTERS
  return line === undefined || !isShort ? [] : [`@${name} ${line}`]
}
