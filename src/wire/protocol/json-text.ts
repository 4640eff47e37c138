/**
 * JSON that stays text: a large payload passes through the engine without being parsed or serialised, since both can
 * cost far more than its length suggests. Where a value is required, it is parsed if that is cheap.
 */
import { ErrorCode, InvocationError } from '../../errors.js'
import { JsonOutline } from '../../std/json/json-outline.js'
import { LARGE_JSON_CHARACTERS, MAX_JSON_LEVELS, MAX_JSON_NODES, MAX_PARSED_COST } from './limits.js'
import { WrittenJson } from './validate.js'

/** Limits of every JSON text that is accepted unparsed. */
export const OUTLINE_LIMITS = { maxDepth: MAX_JSON_LEVELS, maxNodes: MAX_JSON_NODES }

export class JsonText extends WrittenJson {
  readonly text: string
  #cost: number | undefined

  /**
   * @param text valid JSON without white space around it.
   * @param cost values and keys in it; counted on demand if omitted.
   */
  constructor(text: string, cost?: number) {
    super()
    this.text = text
    this.#cost = text.length <= LARGE_JSON_CHARACTERS ? 0 : cost
  }

  /** Whether a value is a `JsonText`; accesses no member of a proxy. */
  static is(value: unknown): value is JsonText {
    return typeof value === 'object' && value !== null && #cost in value
  }

  /** Values and keys, which determine the cost of parsing; 0 for a text so short that it does not matter. */
  get cost(): number {
    this.#cost ??= outlineOf(this.text).cost
    return this.#cost
  }

  /** @throws {InvocationError} `MESSAGE_TOO_LARGE` when it contains more than the engine parses at once. */
  parse(): unknown {
    if (this.cost <= MAX_PARSED_COST) return JSON.parse(this.text)
    const message = `The value has ${String(this.cost)} values and keys; where the engine itself parses it, at most ${String(MAX_PARSED_COST)} are allowed`
    throw new InvocationError({ code: ErrorCode.MESSAGE_TOO_LARGE, message })
  }

  /** Gives the right result wherever it is serialised as part of another value. */
  toJSON(): unknown {
    return this.parse()
  }

  /**
   * Parses an object except its large members, which stay text. Other values, and objects with more members than an
   * input has, are parsed completely.
   * @throws {InvocationError} `MESSAGE_TOO_LARGE` when that is too expensive.
   */
  open(): unknown {
    if (this.text.length <= LARGE_JSON_CHARACTERS) return this.parse()
    return membersOf(outlineOf(this.text)) ?? this.parse()
  }
}

function outlineOf(text: string): JsonOutline {
  const outline = new JsonOutline(text, OUTLINE_LIMITS)
  outline.step()
  return outline
}

/** The members of an object whose text has been scanned; large ones as text. `undefined` if they were not recorded. */
export function membersOf({ text, members }: JsonOutline): Record<string, unknown> | undefined {
  if (members === undefined) return undefined
  const entries = members.map(({ key, start, end, cost }): [string, unknown] => {
    const member = new JsonText(text.slice(start, end), cost)
    return [key, staysText(member) ? member : member.parse()]
  })
  // From entries, so that a member named `__proto__` is data like any other.
  return Object.fromEntries(entries)
}

/** Escaped text is parsed if that is cheap: serialised again it may be a sixth as long, which some clients need. */
const MAX_UNESCAPED_CHARACTERS = 6 * 1024 * 1024

function staysText({ text, cost }: JsonText): boolean {
  if (text.length <= LARGE_JSON_CHARACTERS) return false
  return cost > MAX_PARSED_COST || text.length > MAX_UNESCAPED_CHARACTERS || !text.includes('\\u')
}

/**
 * Parses a JSON text; a large one stays text.
 * @throws {Error} when it is invalid JSON, or contains more than a message may.
 */
export function readJson(text: string): unknown {
  if (text.length <= LARGE_JSON_CHARACTERS) return JSON.parse(text)
  const outline = outlineOf(text)
  if (outline.fault !== undefined) throw new SyntaxError(outline.fault)
  return new JsonText(outline.root, outline.cost)
}

/** The parsed value, if it stayed text. */
export function parsed(value: unknown): unknown {
  return value instanceof JsonText ? value.parse() : value
}

/**
 * An object as text if one of its members is, so that serialising it does not parse the member; otherwise the object
 * itself.
 * @param levels how deep such members may be.
 */
export function withTextMembers<T extends object>(object: T, levels = 1): T | JsonText {
  const entries = Object.entries(object).map(([key, value]: [string, unknown]): [string, unknown] => {
    const isObject = levels > 1 && typeof value === 'object' && value !== null
    return [
      key,
      isObject && Object.getPrototypeOf(value) === Object.prototype ? withTextMembers(value, levels - 1) : value,
    ]
  })
  const large = entries.filter((entry): entry is [string, JsonText] => entry[1] instanceof JsonText)
  if (large.length === 0) return object
  const rest = JSON.stringify(Object.fromEntries(entries.filter(([, value]) => !(value instanceof JsonText))))
  return large.reduce((json, [key, value]) => withMember(json, key, value), new JsonText(rest))
}

/** A list as text if one of its items is; otherwise the list itself. */
export function withTextItems<T>(items: readonly T[]): readonly T[] | JsonText {
  if (!items.some((item) => item instanceof JsonText)) return items
  return new JsonText(
    `[${items.map((item) => (item instanceof JsonText ? item.text : JSON.stringify(item))).join(',')}]`,
  )
}

/** The text of an object with one more member, which replaces one of the same name. */
export function withMember({ text }: JsonText, key: string, value: JsonText): JsonText {
  const isEmpty = text.slice(1, -1).trim() === ''
  const member = `${JSON.stringify(key)}:${value.text}}`
  return new JsonText(`${text.slice(0, -1)}${isEmpty ? '' : ','}${member}`)
}
