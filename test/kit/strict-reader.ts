/**
 * Reads frames as strictly as the distributed engine, independently of the package: a hand-written parser that rejects
 * half a surrogate pair, nesting above 127 levels and numbers above the largest double. Every scripted engine of the
 * kit checks received frames with it, and a test that sent an unreadable frame fails.
 */
const MAX_LEVELS = 127
const PREFIXES = ['OTLP', 'MTRC', 'LOGS']

/** Why the real engine drops a frame; `undefined` for one that it reads. */
export function whyUnreadable(frame: string | Uint8Array): string | undefined {
  const text = typeof frame === 'string' ? frame : textOf(Buffer.from(frame))
  try {
    new StrictReader(text).read()
    return undefined
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return error.message
  }
}

function textOf(frame: Buffer): string {
  const isTelemetry = PREFIXES.includes(frame.toString('latin1', 0, 4))
  return new TextDecoder('utf-8', { fatal: true }).decode(isTelemetry ? frame.subarray(4) : frame)
}

class StrictReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): void {
    this.#value(1)
    this.#space()
    if (this.#at < this.#text.length) this.#fail('trailing characters')
  }

  #value(level: number): void {
    this.#space()
    const first = this.#text[this.#at]
    if (first === '{' || first === '[') this.#members(first, level)
    else if (first === '"') this.#string()
    else this.#scalar()
    this.#space()
  }

  #members(first: '{' | '[', level: number): void {
    if (level > MAX_LEVELS) this.#fail('recursion limit exceeded')
    const last = first === '{' ? '}' : ']'
    this.#at += 1
    this.#space()
    if (this.#text[this.#at] === last) {
      this.#at += 1
      return
    }
    for (;;) {
      if (first === '{') {
        this.#space()
        this.#string()
        this.#space()
        this.#expect(':')
      }
      this.#value(level + 1)
      if (this.#text[this.#at] === last) break
      this.#expect(',')
    }
    this.#at += 1
  }

  #string(): void {
    this.#expect('"')
    for (let unit = this.#text[this.#at]; unit !== '"'; unit = this.#text[this.#at]) {
      if (unit === undefined || unit < ' ') this.#fail('control character or end in a string')
      if (unit === '\\') this.#escape()
      else {
        const point = this.#text.codePointAt(this.#at)!
        if (point >= 0xd800 && point <= 0xdfff) this.#fail('lone surrogate')
        this.#at += point > 0xffff ? 2 : 1
      }
    }
    this.#at += 1
  }

  #escape(): void {
    const unit = this.#hexEscape()
    if (unit === undefined) {
      if (!/^\\["\\/bfnrt]/.test(this.#text.slice(this.#at, this.#at + 2))) this.#fail('invalid escape')
      this.#at += 2
    } else if (unit >= 0xdc00 && unit <= 0xdfff) this.#fail('lone trailing surrogate in hex escape')
    else {
      this.#at += 6
      if (unit < 0xd800 || unit > 0xdbff) return
      const low = this.#hexEscape()
      if (low === undefined || low < 0xdc00 || low > 0xdfff) this.#fail('lone leading surrogate in hex escape')
      this.#at += 6
    }
  }

  #hexEscape(): number | undefined {
    const [, digits] = /^\\u([0-9a-fA-F]{4})/.exec(this.#text.slice(this.#at, this.#at + 6)) ?? []
    return digits === undefined ? undefined : Number.parseInt(digits, 16)
  }

  #scalar(): void {
    const scalar = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y
    scalar.lastIndex = this.#at
    const [text] = scalar.exec(this.#text) ?? this.#fail('expected a value')
    if (/\d/.test(text) && !Number.isFinite(Number(text))) this.#fail('number out of range')
    this.#at += text.length
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) this.#fail(`expected ${character}`)
    this.#at += 1
  }

  #space(): void {
    while (' \n\r\t'.includes(this.#text[this.#at] ?? 'x')) this.#at += 1
  }

  #fail(reason: string): never {
    throw new SyntaxError(`${reason} at ${this.#at}: ${this.#text.slice(Math.max(0, this.#at - 60), this.#at + 20)}`)
  }
}

/** Frames that the real engine would have dropped, until they are taken. */
export const refused: string[] = []

/** Checks a frame that a scripted engine received. A frame that the distributed engine would drop fails the test. */
export function checkFrame(frame: string | Uint8Array): void {
  const reason = whyUnreadable(frame)
  if (reason !== undefined) refused.push(reason)
}
