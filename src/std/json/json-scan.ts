/**
 * Scans JSON text before it is parsed: how deep it nests, how many values it contains, and whether a strict parser can
 * read it. One pass, stopped at the first exceeded limit, without recursion and without allocation. It does not
 * validate: for invalid JSON the result is arbitrary, and the parser refuses it afterwards.
 *
 * Bytes are decoded first, as the parser needs the string anyway.
 */

export interface JsonLimits {
  /** Levels of lists and objects; a list of scalars is one. No limit if omitted. */
  readonly maxDepth?: number
  /** Values: each list, object and scalar counts one, keys do not count. No limit if omitted. */
  readonly maxNodes?: number
  /**
   * Finds text that `JSON.parse` accepts and parsers outside JavaScript refuse: half a surrogate pair, as an escape or
   * as a code unit, and numbers above the largest double.
   */
  readonly strict?: boolean
}

/** The first finding: an exceeded limit, or text that a strict parser refuses. */
export type JsonFault = 'too_deep' | 'too_many_nodes' | 'lone_surrogate' | 'number_out_of_range'

/** Faults as phrases in messages about text. */
export const JSON_FAULTS: Readonly<Record<JsonFault, string>> = {
  too_deep: 'too many levels of lists and objects',
  too_many_nodes: 'too many values',
  lone_surrogate: 'half a surrogate pair in a string or a key',
  number_out_of_range: 'a number above the largest double',
}

/** The first fault of a JSON text, or `undefined`. Text that is too short to exceed a limit is not scanned. */
export function findJsonFault(text: string, limits: JsonLimits): JsonFault | undefined {
  if (limits.strict === true) {
    if (hasLoneSurrogate(text)) return 'lone_surrogate'
    if (LARGE_EXPONENT.test(text) || hasLongNumber(text)) return scan(text, limits)
  }
  const { maxDepth = Infinity, maxNodes = Infinity } = limits
  if (cannotHoldNodes(text.length, maxNodes) && cannotNest(text, maxDepth)) return undefined
  return scan(text, limits)
}

/** Whether a JSON text nests deeper than a number of levels. */
export function nestsDeeper(text: string, maxDepth: number): boolean {
  if (cannotNest(text, maxDepth)) return false
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at + 1)
    else if (isClosing(code)) depth -= 1
    else if (isOpening(code) && ++depth > maxDepth) return true
  }
  return false
}

/** A value takes at least two characters: itself and a comma or the bracket around it. */
function cannotHoldNodes(length: number, nodes: number): boolean {
  return length < 2 * nodes
}

/**
 * Whether a text has too few opening brackets to nest deeper, as most have. Brackets in strings count, which is safe. A
 * bracket right behind a closed sibling does not count, since it takes the level of that sibling.
 */
function cannotNest(text: string, depth: number): boolean {
  // A level takes two characters.
  if (text.length < 2 * (depth + 1)) return true
  let count = 0
  for (const bracket of '{[') {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (text.charCodeAt(at - 1) === COMMA && isClosing(text.charCodeAt(at - 2))) continue
      if (++count > depth) return false
    }
  }
  return true
}

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c

const isOpening = (code: number): boolean => code === 0x5b || code === 0x7b
const isClosing = (code: number): boolean => code === 0x5d || code === 0x7d
const isSpace = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d)

function scan(text: string, { maxDepth = Infinity, maxNodes = Infinity, strict }: JsonLimits): JsonFault | undefined {
  let depth = 0
  let nodes = 1
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at + 1)
    else if (code === COMMA) nodes += 1
    else if (isClosing(code)) depth -= 1
    else if (isOpening(code)) {
      if (++depth > maxDepth) return 'too_deep'
      while (isSpace(text.charCodeAt(at + 1))) at++
      // The first member has no comma before it.
      if (!isClosing(text.charCodeAt(at + 1))) nodes += 1
    } else if (strict === true && isDigit(code)) {
      const end = endOfNumber(text, at)
      if (isOutOfRange(text, at, end)) return 'number_out_of_range'
      at = end - 1
    }
    if (nodes > maxNodes) return 'too_many_nodes'
  }
  return undefined
}

/** Characters of a string that are checked one by one; the search that jumps costs as much as these. */
const SHORT_STRING = 24

/** The position of the quote that closes a string, or the end of the text. */
function endOfString(text: string, from: number): number {
  let at = from
  for (const end = Math.min(from + SHORT_STRING, text.length); at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at
    if (code === BACKSLASH) at++
  }
  for (let quote = text.indexOf('"', at); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    if (!isEscaped(text, quote, at)) return quote
  }
  return text.length
}

/** Whether the character at a position follows an odd number of backslashes. */
function isEscaped(text: string, at: number, from: number): boolean {
  let start = at
  while (start > from && text.charCodeAt(start - 1) === BACKSLASH) start--
  return (at - start) % 2 === 1
}

/** The largest double is below 1.8e308. Ids contain similar text, so the following characters count too. */
const LARGE_EXPONENT = /\d[eE]\+?\d{3,}(?:[\s,\]}]|$)/
/** With fewer digits and an exponent of two digits, a number is below the largest double. */
const LONG_NUMBER = 200

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

/**
 * Whether a run of that many digits exists anywhere. Checks one character per that many, and its surroundings if it is
 * a digit.
 */
function hasLongNumber(text: string): boolean {
  for (let at = LONG_NUMBER - 1; at < text.length; at += LONG_NUMBER) {
    if (!isDigit(text.charCodeAt(at))) continue
    let start = at
    while (isDigit(text.charCodeAt(start - 1))) start--
    let end = at + 1
    while (isDigit(text.charCodeAt(end))) end++
    if (end - start >= LONG_NUMBER) return true
  }
  return false
}

function endOfNumber(text: string, from: number): number {
  let at = from
  for (let code = text.charCodeAt(at); isDigit(code) || isNumberMark(code); code = text.charCodeAt(at)) at++
  return at
}

/** One of `.eE+-`. */
function isNumberMark(code: number): boolean {
  return code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2b || code === 0x2d
}

/** Shorter ones cannot be: `1e309` has five characters. */
function isOutOfRange(text: string, from: number, end: number): boolean {
  return end - from >= 5 && Number(text.slice(from, end)) === Infinity
}

/** Whether a JSON text contains half a surrogate pair, as an escape or as a code unit. */
export function hasLoneSurrogate(text: string): boolean {
  if ((text.includes('\\ud') || text.includes('\\uD')) && loneEscapeAt(text, 0) !== -1) return true
  return !(text as WellFormedness).isWellFormed()
}

/** Available in every supported Node, but not declared by the configured library. */
type WellFormedness = string & { isWellFormed(): boolean }

/**
 * Makes text from `JSON.stringify` readable for every peer: each escape of half a surrogate pair becomes U+FFFD, as a
 * UTF-8 encoder would write it. Other text is returned unchanged, after one search.
 */
export function withoutLoneSurrogates(text: string): string {
  if (!text.includes('\\ud')) return text
  let readable = ''
  let from = 0
  for (let at = loneEscapeAt(text, 0); at !== -1; at = loneEscapeAt(text, from)) {
    readable += `${text.slice(from, at)}\\ufffd`
    from = at + ESCAPE_LENGTH
  }
  return readable + text.slice(from)
}

/** Length of `\u0000`. */
const ESCAPE_LENGTH = 6

/** The position of the first escape of half a surrogate pair, or -1. `from` is not within an escape. */
function loneEscapeAt(text: string, from: number): number {
  for (let at = text.indexOf('\\u', from); at !== -1; at = text.indexOf('\\u', at + 2)) {
    if (isEscaped(text, at, from) || !isSurrogate(text, at)) continue
    if (isLow(text, at) || !isSurrogate(text, at + ESCAPE_LENGTH) || !isLow(text, at + ESCAPE_LENGTH)) return at
    at += ESCAPE_LENGTH
  }
  return -1
}

/** Whether `\ud8` to `\udf` is at a position, in either case. */
function isSurrogate(text: string, at: number): boolean {
  const isEscape = text.charCodeAt(at) === BACKSLASH && text.charCodeAt(at + 1) === 0x75
  return isEscape && (text.charCodeAt(at + 2) | LOWER) === 0x64 && !(text.charCodeAt(at + 3) < 0x38)
}

/** Whether the escape of a surrogate is one of the second half: `\udc` to `\udf`. */
function isLow(text: string, at: number): boolean {
  return (text.charCodeAt(at + 3) | LOWER) >= 0x63
}

/** Converts a letter to lower case. */
const LOWER = 0x20
