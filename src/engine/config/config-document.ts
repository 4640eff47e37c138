/**
 * Parses a configuration file to a tree with line numbers, so that errors name the place. Refuses repeated keys, and
 * keys that would reach the prototypes of JavaScript objects.
 */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml'
import { ErrorCode, RuntimeError } from '../../errors.js'

export class ConfigDocument {
  readonly #fileName: string
  readonly #lines = new LineCounter()
  readonly #document: Document

  /** @throws {RuntimeError} INVALID_CONFIG when the text is invalid YAML. */
  constructor(text: string, fileName: string) {
    this.#fileName = fileName
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    const [error] = this.#document.errors
    if (error !== undefined) throw this.#invalid(error.message, error.pos[0], error)
    visit(this.#document, {
      Pair: (_, { key }) => {
        if (isScalar(key) && key.value === '__proto__')
          throw this.#invalid('the key `__proto__` is not accepted', offsetOf(key))
      },
    })
  }

  /**
   * The content as plain values; `undefined` for an empty file.
   * @throws {RuntimeError} INVALID_CONFIG when its aliases do not resolve, or would expand a small file to a large one.
   */
  read(): unknown {
    try {
      return (this.#document.toJS({ maxAliasCount: 100 }) as unknown) ?? undefined
    } catch (error) {
      throw this.#invalid(error instanceof Error ? error.message : String(error), 0, error)
    }
  }

  /** An error at the deepest existing node of a path. */
  error(path: readonly (string | number)[], message: string, cause?: unknown): RuntimeError {
    let node: unknown = this.#document.contents
    let offset = offsetOf(node)
    for (const step of path) {
      const next = childOf(node, step)
      if (next === undefined) break
      node = next.value
      offset = next.offset
    }
    return this.#invalid(message, offset, cause)
  }

  #invalid(message: string, offset: number, cause?: unknown): RuntimeError {
    const { line } = this.#lines.linePos(offset)
    const text = `${this.#fileName}:${String(Math.max(line, 1))}: ${message}`
    return new RuntimeError(ErrorCode.INVALID_CONFIG, text, cause === undefined ? {} : { cause })
  }
}

/** A child node and its position: that of its key, in a map. */
function childOf(
  node: unknown,
  step: string | number,
): { readonly value: unknown; readonly offset: number } | undefined {
  if (isSeq(node)) {
    const value = node.items[Number(step)]
    return value === undefined ? undefined : { value, offset: offsetOf(value) }
  }
  if (!isMap(node)) return undefined
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
  return pair === undefined ? undefined : { value: pair.value, offset: offsetOf(pair.key) }
}

function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0
}
