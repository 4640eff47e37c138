/** Where the scalars of a JSON text end, and its escapes: what `json-outline.ts` reads between brackets. */

const MINUS = 0x2d
const ZERO = 0x30
const POINT = 0x2e
const PLUS = 0x2b
const SMALL_U = 0x75

/** White space between the tokens of JSON. */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

const isDigit = (code: number): boolean => code >= ZERO && code <= 0x39

/** The position behind a number, `true`, `false` or `null`; -1 when there is none. */
export function endOfScalar(text: string, from: number, code: number): number {
  if (code === MINUS || isDigit(code)) return endOfNumber(text, code === MINUS ? from + 1 : from)
  if (text.startsWith('true', from) || text.startsWith('null', from)) return from + 4
  return text.startsWith('false', from) ? from + 5 : -1
}

function endOfNumber(text: string, from: number): number {
  let at = text.charCodeAt(from) === ZERO ? from + 1 : endOfDigits(text, from)
  if (at !== -1 && text.charCodeAt(at) === POINT) at = endOfDigits(text, at + 1)
  if (at === -1 || (text.charCodeAt(at) | 0x20) !== 0x65) return at
  const sign = text.charCodeAt(at + 1)
  return endOfDigits(text, sign === PLUS || sign === MINUS ? at + 2 : at + 1)
}

/** The position behind at least one digit, or -1. */
function endOfDigits(text: string, from: number): number {
  let at = from
  while (isDigit(text.charCodeAt(at))) at++
  return at === from ? -1 : at
}

/** Characters of the escape at a backslash; 0 when it is none. */
export function lengthOfEscape(text: string, at: number): number {
  const code = text.charCodeAt(at + 1)
  if (code !== SMALL_U) return SHORT_ESCAPES.includes(code) ? 2 : 0
  for (let digit = at + 2; digit < at + 6; digit++) {
    const hex = text.charCodeAt(digit)
    if (!isDigit(hex) && !((hex | 0x20) >= 0x61 && (hex | 0x20) <= 0x66)) return 0
  }
  return 6
}

/** What may stand behind a backslash. */
const SHORT_ESCAPES = Array.from('"\\/bfnrt', (character) => character.charCodeAt(0))
