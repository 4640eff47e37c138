/**
 * Replaces `${NAME}` and `${NAME:default}` in every text of a JSON value; names of members stay as they are.
 */
import { isRecord } from '../../../wire/protocol/validate.js'
import { type Environment, expandVariables } from '../../config/expand-variables.js'

/**
 * The value with all placeholders replaced. `place` is named in errors.
 * @throws {RuntimeError} when a variable without default is not set, or a placeholder has no usable name.
 */
export function expandValue(value: unknown, env: Environment, place: string): unknown {
  if (typeof value === 'string') return value.includes('${') ? expandVariables(value, env, place) : value
  if (Array.isArray(value)) return value.map((item) => expandValue(item, env, place))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, expandValue(member, env, place)]))
}
