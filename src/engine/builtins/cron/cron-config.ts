/**
 * Settings of `iii-cron`. The keys of the `kv` adapter are accepted, so that one file serves both engines. They
 * configure a lock against double runs, which one process does not need.
 */
import { oneOf, optional, string, wholeNumber } from '../../declare/schema.js'
import { atStart, parseSettings, section } from '../../declare/settings.js'

/** Settings of `iii-cron`: only the name of its adapter so far. */
export interface CronConfig {
  readonly adapter: 'kv'
}

const kvSection = section({
  store_method: atStart(optional(oneOf(['in_memory', 'file_based']))),
  file_path: atStart(optional(string())),
  save_interval_ms: optional(wholeNumber(1)),
  lock_ttl_ms: optional(wholeNumber(1)),
  lock_index: optional(string()),
})

const adapter = section({ name: atStart(optional(oneOf(['kv']))), config: optional(kvSection) })

export const cronSettings = {
  config: section({ adapter: optional(adapter) }, 'Settings of scheduled calls; none of them has an effect here'),
  local: section({}),
}

/**
 * Reads the `config` of `iii-cron`; absent means the defaults.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseCronConfig(config: unknown): CronConfig {
  const { adapter } = parseSettings('iii-cron', cronSettings.config.members, config)
  return { adapter: adapter?.name ?? 'kv' }
}
