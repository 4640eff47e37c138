/**
 * JSON Schemas as an OpenAPI 3.1 document holds them: definitions of all functions are in one place under names of their
 * own, and keywords of draft-07 are written as 2020-12 has them.
 */
import { nestingFault } from '../std/json/walk.js'
import { isRecord } from '../wire/protocol/validate.js'
import { MAX_CHAIN } from './schema-facts.js'
import { SchemaDocument } from './schema-document.js'

type Json = Readonly<Record<string, unknown>>

/** What the value of a keyword is. A value of another kind is left out, and so are keywords that are not listed. */
const KEYWORDS = {
  data: 'const default example',
  schema:
    'additionalProperties contains contentSchema else if items not propertyNames then unevaluatedItems unevaluatedProperties',
  schemas: 'allOf anyOf oneOf prefixItems',
  schemasByName: 'properties patternProperties dependentSchemas',
  number: 'minimum maximum exclusiveMinimum exclusiveMaximum',
  positive: 'multipleOf',
  count: 'minLength maxLength minItems maxItems minContains maxContains minProperties maxProperties',
  text: 'title description format pattern contentEncoding contentMediaType $comment',
  flag: 'uniqueItems deprecated readOnly writeOnly',
  list: 'enum examples',
  names: 'required',
  types: 'type',
  namesByName: 'dependentRequired',
} as const

type KeywordKind = keyof typeof KEYWORDS

const KIND_OF: ReadonlyMap<string, KeywordKind> = new Map(
  (Object.keys(KEYWORDS) as KeywordKind[]).flatMap((kind) => KEYWORDS[kind].split(' ').map((word) => [word, kind])),
)

export class OpenApiSchemas {
  readonly #components = new Map<string, unknown>()
  readonly #names = new Map<string, string>()
  /** Definitions that are named and not embedded yet. */
  readonly #waiting: (() => void)[] = []

  /** A schema that is read member by member. */
  view(schema: unknown, name: string): SchemaView | undefined {
    if (!isRecord(schema) || nestingFault(schema) !== undefined) return undefined
    return new SchemaView(this, new SchemaDocument(schema, name), schema)
  }

  /** The definitions that embedded schemas refer to, by name. */
  components(): Json {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next()
    return Object.fromEntries([...this.#components].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** Anything that is not a schema allows every value. */
  embed(document: SchemaDocument, schema: unknown): unknown {
    if (!isRecord(schema)) return schema !== false
    if (schema['nullable'] === true) {
      const { nullable: _, ...other } = schema
      return { anyOf: [this.embed(document, other), { type: 'null' }] }
    }
    const isTuple = Array.isArray(schema['items'])
    const entries = Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
      if (key === '$ref') return typeof value === 'string' ? this.#reference(document, value) : []
      if (key === 'discriminator') return this.#discriminator(document, value)
      if (isTuple && key === 'items') return this.#keyword(document, 'prefixItems', value)
      if (key === 'additionalItems') return isTuple ? this.#keyword(document, 'items', value) : []
      return this.#keyword(document, key, value)
    })
    return Object.fromEntries(entries)
  }

  /** A keyword whose value is of the right kind; nothing otherwise. */
  #keyword(document: SchemaDocument, key: string, value: unknown): [string, unknown][] {
    const kind = KIND_OF.get(key)
    if (kind === undefined) return []
    const embedded = (each: unknown): unknown => this.embed(document, each)
    if (kind === 'schema') return isRecord(value) || typeof value === 'boolean' ? [[key, embedded(value)]] : []
    if (kind === 'schemas') return Array.isArray(value) && value.length > 0 ? [[key, value.map(embedded)]] : []
    if (kind !== 'schemasByName') return withValue(key, plainValue(kind, value))
    if (!isRecord(value)) return []
    return [[key, Object.fromEntries(Object.entries(value).map(([name, each]) => [name, embedded(each)]))]]
  }

  /** Which alternative a member selects. Names of alternatives are references, too. */
  #discriminator(document: SchemaDocument, value: unknown): [string, unknown][] {
    if (!isRecord(value) || typeof value['propertyName'] !== 'string') return []
    const { propertyName, mapping } = value
    const entries = Object.entries(isRecord(mapping) ? mapping : {}).flatMap(([name, ref]): [string, unknown][] => {
      const [found] = typeof ref === 'string' ? this.#reference(document, ref) : []
      return found === undefined ? [] : [[name, found[1]]]
    })
    return [['discriminator', { propertyName, ...(entries.length > 0 && { mapping: Object.fromEntries(entries) }) }]]
  }

  /** A reference that leads nowhere is left out. */
  #reference(document: SchemaDocument, ref: string): [string, unknown][] {
    const pointer = document.pointerOf(ref)
    if (pointer === undefined) return []
    const content = document.contentOf(pointer)
    let name = this.#names.get(content)
    if (name === undefined) {
      const free = this.#freeName(document.nameOf(pointer))
      name = free
      this.#names.set(content, name)
      this.#components.set(name, true)
      // Embedded later: definitions may follow each other without end.
      this.#waiting.push(() => this.#components.set(free, asObject(this.embed(document, document.at(pointer)))))
    }
    return [['$ref', `#/components/schemas/${name}`]]
  }

  #freeName(wanted: string): string {
    let name = wanted
    for (let number = 2; this.#components.has(name); number += 1) name = `${wanted}_${String(number)}`
    return name
  }
}

/** A schema within a document. References are followed to read its members. */
export class SchemaView {
  readonly #schemas: OpenApiSchemas
  readonly #document: SchemaDocument
  readonly #given: unknown
  readonly #schema: Json

  constructor(schemas: OpenApiSchemas, document: SchemaDocument, schema: unknown) {
    this.#schemas = schemas
    this.#document = document
    this.#given = schema
    this.#schema = followed(document, schema)
  }

  get description(): string | undefined {
    const own = isRecord(this.#given) ? this.#given['description'] : undefined
    return typeof own === 'string' ? own : undefined
  }

  /** Whether it says nothing about a value. */
  get isOpen(): boolean {
    return Object.keys(this.#schema).every((key) => key === 'description' || key === 'title' || key === 'default')
  }

  /** The values of `const` or `enum`. */
  get values(): readonly unknown[] {
    return 'const' in this.#schema ? [this.#schema['const']] : listAt(this.#schema, 'enum')
  }

  /** The schemas of which one has to match; the schema itself when there is no choice. */
  get alternatives(): readonly SchemaView[] {
    const given = [...listAt(this.#schema, 'anyOf'), ...listAt(this.#schema, 'oneOf')]
    return given.length === 0 ? [this] : given.map((each) => this.#inside(each))
  }

  get memberNames(): readonly string[] {
    return Object.keys(this.#properties)
  }

  member(name: string): SchemaView | undefined {
    return Object.hasOwn(this.#properties, name) ? this.#inside(this.#properties[name]) : undefined
  }

  requires(name: string): boolean {
    return listAt(this.#schema, 'required').includes(name)
  }

  /** The schema as the document holds it. */
  get embedded(): unknown {
    return this.#schemas.embed(this.#document, this.#given)
  }

  get #properties(): Json {
    const { properties } = this.#schema
    return isRecord(properties) ? properties : {}
  }

  #inside(schema: unknown): SchemaView {
    return new SchemaView(this.#schemas, this.#document, schema)
  }
}

/** Not all tools read a component that is a boolean. */
function asObject(schema: unknown): unknown {
  if (typeof schema !== 'boolean') return schema
  return schema ? {} : { not: {} }
}

const withValue = (key: string, value: unknown): [string, unknown][] => (value === undefined ? [] : [[key, value]])

const TYPES = ['string', 'number', 'integer', 'boolean', 'null', 'array', 'object']

/** The value of a keyword that has no schemas in it, or `undefined` when it is of another kind. */
function plainValue(kind: Exclude<KeywordKind, `schema${string}`>, value: unknown): unknown {
  switch (kind) {
    case 'data':
      return value
    case 'number':
      return typeof value === 'number' ? value : undefined
    case 'positive':
      return typeof value === 'number' && value > 0 ? value : undefined
    case 'count':
      return Number.isInteger(value) && Number(value) >= 0 ? value : undefined
    case 'text':
      return typeof value === 'string' ? value : undefined
    case 'flag':
      return typeof value === 'boolean' ? value : undefined
    case 'list':
      return Array.isArray(value) ? (value as unknown[]) : undefined
    case 'names':
      return Array.isArray(value) ? namesIn(value) : undefined
    case 'namesByName':
      if (!isRecord(value) || !Object.values(value).every(Array.isArray)) return undefined
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, namesIn(each as unknown[])]))
    case 'types':
      return typesIn(value)
  }
}

function namesIn(values: readonly unknown[]): unknown[] {
  return [...new Set(values.filter((value) => typeof value === 'string'))]
}

/** Engines also have the type `map`. */
function typesIn(value: unknown): unknown {
  const given: unknown[] = Array.isArray(value) ? value : [value]
  const names = new Set(given.map((name) => (name === 'map' ? 'object' : name)))
  const [first, ...more] = TYPES.filter((name) => names.has(name))
  return more.length === 0 ? first : [first, ...more]
}

function listAt(schema: Json, key: string): readonly unknown[] {
  const value = schema[key]
  return Array.isArray(value) ? value : []
}

function followed(document: SchemaDocument, schema: unknown): Json {
  let found = schema
  for (let step = 0; step < MAX_CHAIN && isRecord(found) && typeof found['$ref'] === 'string'; step += 1) {
    found = document.target(found['$ref'])
  }
  return isRecord(found) ? found : {}
}
