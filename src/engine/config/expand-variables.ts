/**
 * Expands environment variables in a configuration text: `${NAME}` must be set, `${NAME:default}` is optional. Works on
 * the raw text, before it is parsed.
 */
import { ErrorCode, RuntimeError } from '../../errors.js'

const OPENING = '${'
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Maximum characters of an expanded text: one long variable, used often, could expand a small text to gigabytes. */
const MAX_EXPANDED_CHARACTERS = 16 * 1024 * 1024

/**
 * The text with all placeholders replaced, in linear time.
 * @throws {RuntimeError} INVALID_CONFIG when a variable without a default is not set, the name in a placeholder is
 * invalid, or the text would become too long.
 */
export function expandVariables(text: string, env: Environment, fileName: string): string {
  const parts: string[] = []
  let length = 0
  let end = 0
  for (let at = text.indexOf(OPENING); at !== -1; at = text.indexOf(OPENING, end)) {
    const close = text.indexOf('}', at)
    if (close === -1) break
    const value = valueOf(text.slice(at + OPENING.length, close), env, () => placeOf(fileName, text, at))
    length += at - end + value.length
    if (length > MAX_EXPANDED_CHARACTERS) {
      const limit = String(MAX_EXPANDED_CHARACTERS)
      throw invalid(`${placeOf(fileName, text, at)}: with its variables the text is longer than ${limit} characters`)
    }
    parts.push(text.slice(end, at), value)
    end = close + 1
  }
  return parts.join('') + text.slice(end)
}

/** The value of a placeholder; `inner` is the text between its braces. */
function valueOf(inner: string, env: Environment, place: () => string): string {
  const colon = inner.indexOf(':')
  const name = colon === -1 ? inner : inner.slice(0, colon)
  const fallback = colon === -1 ? undefined : inner.slice(colon + 1)
  if (!NAME.test(name)) {
    throw invalid(`${place()}: \${${shortened(inner)}} must name a variable in letters, digits and underscores`)
  }
  const value = (Object.hasOwn(env, name) ? env[name] : undefined) ?? fallback
  if (value !== undefined) return value
  throw invalid(`${place()}: the environment variable ${name} is not set; set it, or write \${${name}:default}`)
}

/** Enough to find the place, as the text may be of any length. */
function shortened(inner: string): string {
  return inner.length <= 100 ? inner : `${inner.slice(0, 100)}…`
}

function placeOf(fileName: string, text: string, offset: number): string {
  return `${fileName}:${String(text.slice(0, offset).split('\n').length)}`
}

function invalid(message: string): RuntimeError {
  return new RuntimeError(ErrorCode.INVALID_CONFIG, message)
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The variables that the operator listed; all others count as unset. */
export function exposedVariables(env: Environment, names: readonly string[]): Environment {
  return Object.fromEntries(names.map((name) => [name, Object.hasOwn(env, name) ? env[name] : undefined]))
}
