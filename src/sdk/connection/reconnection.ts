/** Validates reconnection settings and adds the defaults. */
import { invalidArgument } from '../../errors.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { DEFAULT_RECONNECTION, type ReconnectionConfig, type ReconnectionOptions } from './options.js'

const MINIMUMS: Readonly<Record<keyof ReconnectionConfig, number>> = {
  initialDelayMs: 0,
  maxDelayMs: 1,
  backoffMultiplier: 1,
  jitterFactor: 0,
  maxRetries: -1,
  maxPendingMessages: 0,
  maxPendingBytes: 0,
  maxPendingAgeMs: 0,
}

/** Members that are counts. */
const WHOLE: ReadonlySet<keyof ReconnectionConfig> = new Set(['maxRetries', 'maxPendingMessages', 'maxPendingBytes'])

/** The names of all members. */
export const RECONNECTION_KEYS: ReadonlySet<string> = /* @__PURE__ */ new Set(/* @__PURE__ */ Object.keys(MINIMUMS))

/**
 * Adds the defaults to reconnection settings.
 * @param option the name of the settings in error messages.
 * @throws {RuntimeError} `INVALID_ARGUMENT` naming the invalid member.
 */
export function resolveReconnection(
  given: ReconnectionOptions = {},
  option = 'reconnectionConfig',
): Required<ReconnectionConfig> {
  if (!isRecord(given)) throw invalidArgument(option, 'an object', given)
  const complete = { ...DEFAULT_RECONNECTION }
  for (const key of Object.keys(MINIMUMS) as (keyof ReconnectionConfig)[]) {
    const value: unknown = given[key]
    if (value === undefined) continue
    const isUsable = typeof value === 'number' && value >= MINIMUMS[key]
    const isWhole = !WHOLE.has(key) || value === Infinity || Number.isInteger(value)
    const kind = WHOLE.has(key) ? 'a whole number' : 'a number'
    if (!isUsable || !isWhole)
      throw invalidArgument(`${option}.${key}`, `${kind} of at least ${String(MINIMUMS[key])}`, value)
    complete[key] = value
  }
  const { jitterFactor } = complete
  if (jitterFactor > 1) throw invalidArgument(`${option}.jitterFactor`, 'between 0 and 1', jitterFactor)
  return complete
}
