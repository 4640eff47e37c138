/**
 * Scans a large JSON text in pieces without creating values: validates it, counts values and keys, and records where
 * the members of a root object are. Takes linear time and almost no memory, whatever the text contains. Knows nothing
 * of the meaning of members.
 *
 * Small frames are parsed instead, after the scan for faults of `json-scan.ts`: on frames of 0.2 to 2 KB that takes 1
 * to 2 µs per KB (measured), this 12 to 18. A single scanner would cost each small frame that much, so there are two.
 */

import { endOfScalar, isSpace, lengthOfEscape } from './json-scalars.js'

/** Limits of a text. */
export interface OutlineLimits {
  /** Levels of lists and objects. */
  readonly maxDepth: number
  /** Values: each list, object and scalar counts one, keys do not count. */
  readonly maxNodes: number
}

/** One member of an object at the root. */
export interface OutlineMember {
  readonly key: string
  readonly keyStart: number
  /** The position of its value. */
  readonly start: number
  readonly end: number
  /** Values and keys within. */
  readonly cost: number
}

/** Why a text cannot be read. */
export type OutlineFault = 'not_json' | 'too_deep' | 'too_many_nodes'

/** Maximum members that are recorded; an object with more has none. */
const MAX_MEMBERS = 2_048

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** The tokens that may come next. */
const VALUE = 0
const VALUE_OR_END = 1
const KEY = 2
const KEY_OR_END = 3
const MEMBER_COLON = 4
const AFTER_VALUE = 5
const IN_STRING = 6
const IN_KEY = 7
type Expected = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7

// eslint-disable-next-line no-control-regex -- JSON allows none of them in a string.
const CONTROL = /[\u0000-\u001f]/g

/** Characters of a string that are checked one by one; the searches that jump cost as much as these. */
const SHORT_STRING = 32

export class JsonOutline {
  readonly text: string
  readonly #limits: OutlineLimits
  #at = 0
  #expected: Expected = VALUE
  #depth = 0
  /** For each level, 1 for an object. */
  readonly #isObject: (0 | 1)[] = []
  #values = 0
  #keys = 0
  #fault: OutlineFault | undefined
  #start = 0
  #end = 0
  readonly #wanted: ReadonlySet<string> | undefined
  #members: OutlineMember[] | undefined = []
  #key = ''
  #keyStart = 0
  #stringStart = 0
  #memberStart = 0
  #costBefore = 0
  /** The next position of each of these, searched once. */
  readonly #found = { '"': -1, '\\': -1 }
  #control = -1

  /** @param keys the members to record; all if omitted. */
  constructor(text: string, limits: OutlineLimits, keys?: ReadonlySet<string>) {
    this.text = text
    this.#limits = limits
    this.#wanted = keys
  }

  get fault(): OutlineFault | undefined {
    return this.#fault
  }

  /** Values so far. */
  get values(): number {
    return this.#values
  }

  /** Values and keys so far, which is the cost of parsing the text. */
  get cost(): number {
    return this.#values + this.#keys
  }

  /** The text of the root value without white space around it. */
  get root(): string {
    return this.text.slice(this.#start, this.#end)
  }

  /** Members of an object at the root, as far as they were scanned; `undefined` for another root or too many. */
  get members(): readonly OutlineMember[] | undefined {
    return this.text.charCodeAt(this.#start) === OPEN_OBJECT ? this.#members : undefined
  }

  /** Scans about so many more characters; true when nothing is left. */
  step(characters = Infinity): boolean {
    const { text } = this
    const stop = Math.min(text.length, this.#at + characters)
    while (this.#at < stop && this.#fault === undefined) {
      const code = text.charCodeAt(this.#at)
      if (this.#expected >= IN_STRING) this.#string(stop)
      else if (isSpace(code)) this.#at += 1
      else if (code === COMMA && this.#expected === AFTER_VALUE) this.#comma()
      else this.#token(code)
    }
    if (this.#fault === undefined && this.#at < text.length) return false
    if (this.#depth > 0 || this.#expected !== AFTER_VALUE) this.#fault ??= 'not_json'
    return true
  }

  #token(code: number): void {
    // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- strings are read by `#string`.
    switch (this.#expected) {
      case VALUE_OR_END:
        if (code === CLOSE_LIST) this.#close(0)
        else this.#value(code)
        return
      case VALUE:
        this.#value(code)
        return
      case KEY_OR_END:
        if (code === CLOSE_OBJECT) this.#close(1)
        else this.#enterString(code, IN_KEY)
        return
      case KEY:
        this.#enterString(code, IN_KEY)
        return
      case MEMBER_COLON:
        this.#at += 1
        this.#expected = VALUE
        if (code !== COLON) this.#fault = 'not_json'
        return
      default:
        if (code === CLOSE_OBJECT || code === CLOSE_LIST) this.#close(code === CLOSE_OBJECT ? 1 : 0)
        else this.#fault = 'not_json'
    }
  }

  #comma(): void {
    this.#at += 1
    if (this.#depth === 0) this.#fault = 'not_json'
    else this.#expected = this.#isObject[this.#depth - 1] === 1 ? KEY : VALUE
  }

  #value(code: number): void {
    if (this.#depth < 2) this.#startMember()
    this.#values += 1
    if (this.#values > this.#limits.maxNodes) this.#fault = 'too_many_nodes'
    else if (code === QUOTE) this.#enterString(code, IN_STRING)
    else if (code === OPEN_OBJECT || code === OPEN_LIST) this.#open(code === OPEN_OBJECT ? 1 : 0)
    else this.#ended(endOfScalar(this.text, this.#at, code))
  }

  #open(isObject: 0 | 1): void {
    if (this.#depth >= this.#limits.maxDepth) {
      this.#fault = 'too_deep'
      return
    }
    this.#isObject[this.#depth] = isObject
    this.#depth += 1
    this.#at += 1
    this.#expected = isObject === 1 ? KEY_OR_END : VALUE_OR_END
  }

  #close(isObject: 0 | 1): void {
    if (this.#depth === 0 || this.#isObject[this.#depth - 1] !== isObject) {
      this.#fault = 'not_json'
      return
    }
    this.#depth -= 1
    this.#ended(this.#at + 1)
  }

  /** A value ends before a position; -1 means that there is none. */
  #ended(end: number): void {
    if (end === -1) {
      this.#fault = 'not_json'
      return
    }
    this.#at = end
    this.#expected = AFTER_VALUE
    if (this.#depth === 0) this.#end = end
    else if (this.#depth === 1) this.#endMember(end)
  }

  #startMember(): void {
    if (this.#depth === 0) this.#start = this.#at
    this.#memberStart = this.#at
    this.#costBefore = this.cost
  }

  #endMember(end: number): void {
    const members = this.#members
    if (members === undefined || this.#isObject[0] !== 1 || this.#wanted?.has(this.#key) === false) return
    if (members.length === MAX_MEMBERS) {
      this.#members = undefined
      return
    }
    const cost = this.cost - this.#costBefore
    members.push({ key: this.#key, keyStart: this.#keyStart, start: this.#memberStart, end, cost })
  }

  #enterString(code: number, expected: typeof IN_STRING | typeof IN_KEY): void {
    if (code !== QUOTE) this.#fault = 'not_json'
    this.#stringStart = this.#at
    this.#at += 1
    this.#expected = expected
  }

  /** Continues within a string. */
  #string(stop: number): void {
    const { text } = this
    let at = this.#at
    for (let jumpAt = at + SHORT_STRING; at < stop; at++) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) {
        this.#endString(at + 1)
        return
      }
      if (code < 0x20) break
      if (code === BACKSLASH) {
        const length = lengthOfEscape(text, at)
        if (length === 0) break
        at += length - 1
        jumpAt = at + SHORT_STRING
      } else if (at >= jumpAt) {
        // Characters that end the string or need a check; the loop continues there.
        at = Math.min(this.#next('"', at), this.#next('\\', at), this.#nextControl(at), text.length) - 1
        jumpAt = Infinity
      }
    }
    this.#at = at
    if (at < stop) this.#fault = 'not_json'
  }

  #endString(end: number): void {
    if (this.#expected === IN_STRING) {
      this.#ended(end)
      return
    }
    this.#keys += 1
    // Just scanned as the text of a string, so it can be parsed.
    if (this.#depth === 1 && this.#members !== undefined) {
      const key = this.text.slice(this.#stringStart, end)
      this.#key = key.includes('\\') ? (JSON.parse(key) as string) : key.slice(1, -1)
      this.#keyStart = this.#stringStart
    }
    this.#at = end
    this.#expected = MEMBER_COLON
  }

  #next(character: '"' | '\\', from: number): number {
    const known = this.#found[character]
    if (known >= from) return known
    const found = this.text.indexOf(character, from)
    return (this.#found[character] = found === -1 ? Infinity : found)
  }

  #nextControl(from: number): number {
    if (this.#control < from) {
      CONTROL.lastIndex = from
      this.#control = CONTROL.exec(this.text)?.index ?? Infinity
    }
    return this.#control
  }
}
