/** Replaces `${NAME}` and `${NAME:default}` in every string of a JSON value. Member names are not changed. */
import { isRecord } from '../../../wire/protocol/validate.js'
import { type Environment, expandVariables } from '../../config/expand-variables.js'

/**
 * Returns the value with all placeholders replaced. Errors name `place`.
 * @throws {RuntimeError} when a variable without a default is not set, or the name in a placeholder is invalid.
 */
export function expandValue(value: unknown, env: Environment, place: string): unknown {
  if (typeof value === 'string') return value.includes('${') ? expandVariables(value, env, place) : value
  if (Array.isArray(value)) return value.map((item) => expandValue(item, env, place))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, expandValue(member, env, place)]))
}
