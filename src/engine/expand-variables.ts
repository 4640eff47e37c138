/**
 * Puts environment variables into a configuration text: `${NAME}` must be set, `${NAME:default}` need not be. Works on
 * the raw text, before anything else reads it.
 */
import { ErrorCode, RuntimeError } from '../errors.js'
import type { Environment } from './environment.js'

const PLACEHOLDER = /\$\{([^}:]*)(?::([^}]*))?\}/g
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/**
 * The text with all placeholders replaced.
 * @throws {RuntimeError} INVALID_CONFIG when a variable without default is not set, or a placeholder has no usable name.
 */
export function expandVariables(text: string, env: Environment, fileName: string): string {
  let expanded = ''
  let end = 0
  for (const found of text.matchAll(PLACEHOLDER)) {
    const [whole, name = '', fallback] = found
    const place = `${fileName}:${String(lineAt(text, found.index))}`
    if (!NAME.test(name)) throw invalid(`${place}: ${whole} must name a variable in letters, digits and underscores`)
    const value = (Object.hasOwn(env, name) ? env[name] : undefined) ?? fallback
    if (value === undefined) {
      throw invalid(`${place}: the environment variable ${name} is not set; set it, or write \${${name}:default}`)
    }
    expanded += text.slice(end, found.index) + value
    end = found.index + whole.length
  }
  return expanded + text.slice(end)
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

function invalid(message: string): RuntimeError {
  return new RuntimeError(ErrorCode.INVALID_CONFIG, message)
}
