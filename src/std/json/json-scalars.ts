/**
 * Finds the ends of scalars and escapes in a JSON text, for `json-outline.ts`. As strict as parsers outside JavaScript:
 * half a surrogate pair is not a valid escape, and a number above the largest double is invalid.
 */

const MINUS = 0x2d
const ZERO = 0x30
const POINT = 0x2e
const PLUS = 0x2b
const EIGHT = 0x38
const BACKSLASH = 0x5c
const SMALL_U = 0x75

/** White space between the tokens of JSON. */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

const isDigit = (code: number): boolean => code >= ZERO && code <= 0x39

/** The position behind a number, `true`, `false` or `null`; -1 if there is none. */
export function endOfScalar(text: string, from: number, code: number): number {
  if (code === MINUS || isDigit(code)) return endOfNumber(text, code === MINUS ? from + 1 : from)
  if (text.startsWith('true', from) || text.startsWith('null', from)) return from + 4
  return text.startsWith('false', from) ? from + 5 : -1
}

function endOfNumber(text: string, from: number): number {
  const at = endOfDecimal(text, from)
  if (at === -1) return -1
  const hasExponent = (text.charCodeAt(at) | 0x20) === 0x65
  const sign = text.charCodeAt(at + 1)
  const exponent = sign === PLUS || sign === MINUS ? at + 2 : at + 1
  const end = hasExponent ? endOfDigits(text, exponent) : at
  const mayBeTooLarge = end - from >= LONG_NUMBER || (hasExponent && end - exponent >= 3)
  return mayBeTooLarge && Number(text.slice(from, end)) === Infinity ? -1 : end
}

/** Shorter numbers with an exponent of two digits are below the largest double. */
const LONG_NUMBER = 200

function endOfDecimal(text: string, from: number): number {
  const at = text.charCodeAt(from) === ZERO ? from + 1 : endOfDigits(text, from)
  return at !== -1 && text.charCodeAt(at) === POINT ? endOfDigits(text, at + 1) : at
}

/** The position behind at least one digit, or -1. */
function endOfDigits(text: string, from: number): number {
  let at = from
  while (isDigit(text.charCodeAt(at))) at++
  return at === from ? -1 : at
}

/** Length of the escape at a backslash, with both halves of a surrogate pair; 0 if it is invalid. */
export function lengthOfEscape(text: string, at: number): number {
  const code = text.charCodeAt(at + 1)
  if (code !== SMALL_U) return SHORT_ESCAPES.includes(code) ? 2 : 0
  if (!isHexEscape(text, at)) return 0
  const half = surrogateHalf(text, at)
  if (half === undefined) return 6
  const isPair = half === 'high' && text.charCodeAt(at + 6) === BACKSLASH && isHexEscape(text, at + 6)
  return isPair && surrogateHalf(text, at + 6) === 'low' ? 12 : 0
}

/** Which half of a surrogate pair an escape is: `\ud8…` to `\udb…`, or `\udc…` to `\udf…`. */
function surrogateHalf(text: string, at: number): 'high' | 'low' | undefined {
  if ((text.charCodeAt(at + 2) | 0x20) !== 0x64) return undefined
  const digit = text.charCodeAt(at + 3)
  if (digit < EIGHT) return undefined
  return (digit | 0x20) >= 0x63 ? 'low' : 'high'
}

function isHexEscape(text: string, at: number): boolean {
  if (text.charCodeAt(at + 1) !== SMALL_U) return false
  for (let digit = at + 2; digit < at + 6; digit++) {
    const hex = text.charCodeAt(digit)
    if (!isDigit(hex) && !((hex | 0x20) >= 0x61 && (hex | 0x20) <= 0x66)) return false
  }
  return true
}

/** Characters that may follow a backslash. */
const SHORT_ESCAPES = Array.from('"\\/bfnrt', (character) => character.charCodeAt(0))
