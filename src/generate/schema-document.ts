/** One JSON Schema with its definitions: resolves references within it, and names and compares what they point to. */
import { walk } from '../std/json/walk.js'
import { isRecord } from '../wire/protocol/validate.js'

/** Maximum definitions that are compared to find equal ones. */
const MAX_COMPARED = 64
/** Maximum characters of a name that is made from one in a schema. */
const NAME_CHARACTERS = 60

export class SchemaDocument {
  readonly #root: Readonly<Record<string, unknown>>
  readonly #name: string
  readonly #wholeRefs = new Map<string, readonly string[]>()
  readonly #allRefs = new Map<object, readonly string[]>()

  constructor(root: Readonly<Record<string, unknown>>, name: string) {
    this.#root = root
    this.#name = name
  }

  get refersToRoot(): boolean {
    return this.#refsIn(this.#root).includes('#')
  }

  /** The pointer of a reference, or `undefined` when it leads nowhere or to another document. */
  pointerOf(ref: string): string | undefined {
    if (ref !== '#' && !ref.startsWith('#/')) return undefined
    return this.at(ref) === undefined ? undefined : ref
  }

  /** The schema that a reference leads to. */
  target(ref: string): unknown {
    const pointer = this.pointerOf(ref)
    return pointer === undefined ? undefined : this.at(pointer)
  }

  at(pointer: string): unknown {
    let found: unknown = this.#root
    for (const segment of segmentsOf(pointer)) {
      if (typeof found !== 'object' || found === null || !Object.hasOwn(found, segment)) return undefined
      found = (found as Readonly<Record<string, unknown>>)[segment]
    }
    return found
  }

  /** A type name for what a pointer leads to. */
  nameOf(pointer: string): string {
    const segments = segmentsOf(pointer)
    const last = segments.at(-1) ?? ''
    const isNamed = ['definitions', '$defs'].includes(segments.at(-2) ?? '') && /^[^A-Za-z0-9]*[A-Za-z]/.test(last)
    return typeName(isNamed ? last : [this.#name, ...segments].join(' '))
  }

  /** Whether one declaration is an alternative or a part of another as a whole; so is one behind too many others. */
  leadsTo(from: string, to: string, maxSteps: number): boolean {
    const seen = new Set([from])
    let reached: readonly string[] = [from]
    for (let step = 0; step < maxSteps && reached.length > 0; step += 1) {
      if (reached.includes(to)) return true
      reached = reached.flatMap((pointer) => this.#refsOfWhole(pointer)).filter((pointer) => !seen.has(pointer))
      for (const pointer of reached) seen.add(pointer)
    }
    return reached.length > 0
  }

  /** Text that is equal for equal definitions, with all that they refer to. */
  contentOf(pointer: string): string {
    const contents = new Map<string, string>()
    const waiting = [pointer]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (contents.has(next)) continue
      if (contents.size === MAX_COMPARED) return JSON.stringify([this.#name, pointer])
      const schema = this.at(next)
      contents.set(next, JSON.stringify(schema))
      if (isRecord(schema)) for (const ref of this.#refsIn(schema)) waiting.push(ref)
    }
    return JSON.stringify([...contents])
  }

  /** Pointers of all references in a schema. */
  #refsIn(schema: Readonly<Record<string, unknown>>): readonly string[] {
    const known = this.#allRefs.get(schema)
    if (known !== undefined) return known
    const found = new Set<string>()
    const note = (value: object): void => {
      const { $ref } = value as { readonly $ref?: unknown }
      const pointer = typeof $ref === 'string' ? this.pointerOf($ref) : undefined
      if (pointer !== undefined) found.add(pointer)
    }
    note(schema)
    walk(schema, (value) => {
      note(value)
      return 'enter'
    })
    const refs = [...found]
    this.#allRefs.set(schema, refs)
    return refs
  }

  /** Pointers that a schema refers to as a whole, not for a member. */
  #refsOfWhole(pointer: string): readonly string[] {
    const known = this.#wholeRefs.get(pointer)
    if (known !== undefined) return known
    const refs: string[] = []
    const waiting = [this.at(pointer)]
    for (let schema = waiting.pop(); schema !== undefined; schema = waiting.pop()) {
      if (!isRecord(schema)) continue
      const target = typeof schema['$ref'] === 'string' ? this.pointerOf(schema['$ref']) : undefined
      if (target !== undefined) refs.push(target)
      for (const word of ['allOf', 'anyOf', 'oneOf']) {
        if (Array.isArray(schema[word])) for (const each of schema[word] as unknown[]) waiting.push(each)
      }
    }
    this.#wholeRefs.set(pointer, refs)
    return refs
  }
}

function segmentsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => decoded(segment).replaceAll('~1', '/').replaceAll('~0', '~'))
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment // Not encoded; some writers leave percent signs as they are.
  }
}

/** An identifier in the form of type names, made from any text. */
function typeName(text: string): string {
  const words = text.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  return (/^[A-Z]/.test(name) ? name : `Type${name}`).slice(0, NAME_CHARACTERS)
}
