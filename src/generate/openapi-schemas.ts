/**
 * JSON Schemas as an OpenAPI 3.1 document holds them: definitions of all functions are in one place under names of their
 * own, and keywords of draft-07 are written as 2020-12 has them.
 */
import { nestingFault } from '../std/json/walk.js'
import { isRecord } from '../wire/protocol/validate.js'
import { MAX_CHAIN } from './schema-facts.js'
import { SchemaDocument } from './schema-document.js'

type Json = Readonly<Record<string, unknown>>

/** Keywords whose value is data, whatever it looks like. */
const DATA: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'examples'])
/** Keywords that describe a document as a whole. */
const OF_DOCUMENT: ReadonlySet<string> = new Set(['$schema', '$id', 'id', 'definitions', '$defs'])

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

  embed(document: SchemaDocument, schema: unknown): unknown {
    const embedded = (value: unknown): unknown => this.embed(document, value)
    const each = (values: object): unknown =>
      Object.fromEntries(Object.entries(values).map(([key, value]: [string, unknown]) => [key, embedded(value)]))
    if (typeof schema === 'boolean') return schema
    if (Array.isArray(schema)) return schema.map(embedded)
    if (!isRecord(schema)) return schema
    const isTuple = Array.isArray(schema['items'])
    const entries = Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
      if (OF_DOCUMENT.has(key)) return []
      if (DATA.has(key)) return [[key, value]]
      if (key === '$ref') return typeof value === 'string' ? this.#reference(document, value) : []
      if ((key === 'properties' || key === 'patternProperties') && isRecord(value)) return [[key, each(value)]]
      if (isTuple && key === 'items') return [['prefixItems', embedded(value)]]
      if (key === 'additionalItems') return isTuple ? [['items', embedded(value)]] : []
      return [[key, embedded(value)]]
    })
    return Object.fromEntries(entries)
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
      this.#waiting.push(() => this.#components.set(free, this.embed(document, document.at(pointer))))
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
