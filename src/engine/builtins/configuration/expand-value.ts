/**
 * Replaces `${NAME}` and `${NAME:default}` in every string of a JSON value. Member names are not changed. A string that
 * is a placeholder alone becomes a number or boolean if its text is one.
 */
import { isRecord } from '../../../wire/protocol/validate.js'
import { type Environment, expandVariables } from '../../config/expand-variables.js'

/**
 * Returns the value with all placeholders replaced. Errors name `place`.
 * @throws {RuntimeError} when a variable without a default is not set, or the name in a placeholder is invalid.
 */
export function expandValue(value: unknown, env: Environment, place: string): unknown {
  if (typeof value === 'string') return value.includes('${') ? expandText(value, env, place) : value
  if (Array.isArray(value)) return value.map((item) => expandValue(item, env, place))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, expandValue(member, env, place)]))
}

const PLACEHOLDER = /^\$\{[^}]*\}$/
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/

function expandText(text: string, env: Environment, place: string): unknown {
  const expanded = expandVariables(text, env, place)
  if (!PLACEHOLDER.test(text)) return expanded
  if (expanded === 'true' || expanded === 'false') return expanded === 'true'
  const number = NUMBER.test(expanded) ? Number(expanded) : Number.NaN
  // An integer that a number cannot hold stays text.
  const isExact = Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number))
  return isExact ? number : expanded
}
