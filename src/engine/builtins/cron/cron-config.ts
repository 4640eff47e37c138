/**
 * Settings of `iii-cron`. The keys of the `kv` adapter are accepted, so that one file serves both engines. They
 * configure a lock against double runs, which one process does not need.
 */
import { oneOf, optional, string, wholeNumber } from '../../declare/schema.js'
import { parseSettings, section, type SettingShapes } from '../../declare/settings.js'

/** Settings of `iii-cron`: only the name of its adapter so far. */
export interface CronConfig {
  readonly adapter: 'kv'
}

const kvShape = {
  store_method: optional(oneOf(['in_memory', 'file_based'])),
  file_path: optional(string()),
  save_interval_ms: optional(wholeNumber(1)),
  lock_ttl_ms: optional(wholeNumber(1)),
  lock_index: optional(string()),
}

const adapterShape = { name: optional(oneOf(['kv'])), config: optional(section(kvShape)) }
const shape = { adapter: optional(section(adapterShape)) }

export const cronSettings: SettingShapes = { config: shape, local: {} }

/**
 * Reads the `config` of `iii-cron`; absent means the defaults.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseCronConfig(config: unknown): CronConfig {
  const { adapter } = parseSettings('iii-cron', shape, config)
  const { name = 'kv', config: inner } = parseSettings('iii-cron.adapter', adapterShape, adapter)
  parseSettings('iii-cron.adapter.config', kvShape, inner)
  return { adapter: name }
}
