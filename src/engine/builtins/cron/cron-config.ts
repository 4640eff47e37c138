/**
 * Settings of `iii-cron`. The `kv` adapter's keys are accepted so that one file serves both engines; they set up a
 * lock against double runs, and within one process the one loop per trigger is that lock already.
 */
import { optional, record, string } from '../../../wire/protocol/validate.js'
import { oneOf, parseSettings, wholeNumber } from '../../config/builtin-config.js'

/** What `iii-cron` can be told: nothing beyond its adapter's name so far. */
export interface CronConfig {
  readonly adapter: 'kv'
}

const kvShape = {
  store_method: optional(oneOf('in_memory', 'file_based')),
  file_path: optional(string),
  save_interval_ms: optional(wholeNumber(1)),
  lock_ttl_ms: optional(wholeNumber(1)),
  lock_index: optional(string),
}

/**
 * Reads the `config` of `iii-cron`; absent means the defaults.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, what was seen and what is accepted.
 */
export function parseCronConfig(config: unknown): CronConfig {
  const { adapter } = parseSettings('iii-cron', { adapter: optional(record) }, config)
  const shape = { name: optional(oneOf('kv')), config: optional(record) }
  const { name = 'kv', config: inner } = parseSettings('iii-cron.adapter', shape, adapter)
  parseSettings('iii-cron.adapter.config', kvShape, inner)
  return { adapter: name }
}
