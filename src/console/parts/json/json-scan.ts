/** Reads JSON text that may be unfinished: where each value begins, and what would come next at the end. */

type Frame =
  | { readonly kind: 'object'; key: string; expects: 'key' | 'colon' | 'value' | 'comma' }
  | { readonly kind: 'array'; index: number; expects: 'value' | 'comma' }

/** The end of the text. */
interface TextEnd {
  /** Keys and indexes down to the container, or to the value that is expected. */
  readonly path: readonly string[]
  readonly expects: 'key' | 'value' | 'other'
  /** The unfinished string, number or word at the end, and where it begins. */
  readonly token: string
  readonly from: number
}

export interface ScannedText {
  /** JSON pointer of each value that is not too deep, and the offset at which its key or the value begins. */
  readonly places: ReadonlyMap<string, number>
  readonly end: TextEnd
}

export function pointerOf(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The paths of all values of a text as deep as it is long would fill the memory. */
export const MAX_DEPTH = 64

const TOKEN = /"(?:[^"\\]|\\.)*"?|[{}[\]:,]|[^\s{}[\]:,"]+/gs

export function scanJson(text: string): ScannedText {
  const places = new Map<string, number>()
  const stack: Frame[] = []
  let last: TextEnd | undefined
  for (const { 0: token, index: from } of text.matchAll(TOKEN)) {
    if (from + token.length === text.length && !/^[{}[\]:,]$|^"(?:[^"\\]|\\.)*"$/s.test(token))
      last = { path: pathOf(stack), expects: expected(stack, places.size > 0), token, from }
    take(token, { stack, note: () => notePlace(places, stack, from) })
  }
  const end = { path: pathOf(stack), expects: expected(stack, places.size > 0), token: '', from: text.length }
  return { places, end: last ?? end }
}

function notePlace(places: Map<string, number>, stack: readonly Frame[], from: number): void {
  if (stack.length > MAX_DEPTH) return
  const pointer = pointerOf(pathOf(stack))
  if (!places.has(pointer)) places.set(pointer, from)
}

interface Scan {
  readonly stack: Frame[]
  readonly note: () => void
}

function take(token: string, { stack, note }: Scan): void {
  const frame = stack.at(-1)
  if (token === '}' || token === ']') {
    stack.pop()
    ended(stack.at(-1))
  } else if (token === ',') {
    if (frame?.kind === 'object') frame.expects = 'key'
    else if (frame !== undefined) {
      frame.index += 1
      frame.expects = 'value'
    }
  } else if (token === ':') {
    if (frame?.kind === 'object') frame.expects = 'value'
  } else if (frame?.kind === 'object' && frame.expects === 'key') {
    frame.key = textOf(token)
    frame.expects = 'colon'
    note()
  } else {
    note()
    if (token === '{') stack.push({ kind: 'object', key: '', expects: 'key' })
    else if (token === '[') stack.push({ kind: 'array', index: 0, expects: 'value' })
    else ended(frame)
  }
}

/** A value of the frame is complete. */
function ended(frame: Frame | undefined): void {
  if (frame !== undefined) frame.expects = 'comma'
}

function expected(stack: readonly Frame[], hasValue: boolean): TextEnd['expects'] {
  const frame = stack.at(-1)
  if (frame === undefined) return hasValue ? 'other' : 'value'
  return frame.expects === 'key' || frame.expects === 'value' ? frame.expects : 'other'
}

/** To the value that is read now; while a key is expected, to its object. */
function pathOf(stack: readonly Frame[]): string[] {
  return stack.flatMap((frame) => {
    if (frame.kind === 'array') return [String(frame.index)]
    return frame.expects === 'key' ? [] : [frame.key]
  })
}

function textOf(token: string): string {
  try {
    return String(JSON.parse(token))
  } catch {
    // It is unfinished or not quoted.
    return token.replace(/^"/, '')
  }
}
