/**
 * Settings of `iii-state`.
 */
import { saveIntervalMs, storageAdapter, storageOf, type StorageConfig } from '../../storage/storage-config.js'
import { boolean, optional, wholeNumber, withDefault } from '../../declare/schema.js'
import { parseSettings, section } from '../../declare/settings.js'

/** Settings of `iii-state`. */
export interface StateConfig {
  readonly storage: StorageConfig
  /** Whether `state` triggers fire. */
  readonly triggersEnabled: boolean
  /** Maximum bytes of one value as JSON; absent: the limit of a message. */
  readonly maxValueBytes: number | undefined
}

export const stateSettings = {
  config: section({
    adapter: optional(storageAdapter),
    triggers_enabled: withDefault(boolean('Whether `state` triggers fire'), true),
    max_value_bytes: optional(wholeNumber(1, undefined, 'Bytes of one value as JSON')),
    save_interval_ms: saveIntervalMs,
  }),
  local: section({}),
}

/**
 * Reads the `config` of `iii-state`; absent means the defaults: in memory, triggers enabled.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseStateConfig(config: unknown): StateConfig {
  const given = parseSettings('iii-state', stateSettings.config.members, config)
  const { adapter, triggers_enabled: triggersEnabled, max_value_bytes: maxValueBytes } = given
  return { storage: storageOf('iii-state.adapter', adapter), triggersEnabled, maxValueBytes }
}
