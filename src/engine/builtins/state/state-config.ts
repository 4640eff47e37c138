/**
 * Settings of `iii-state`.
 */
import {
  parseStorageAdapter,
  saveIntervalMs,
  storageAdapter,
  type StorageConfig,
} from '../../storage/storage-config.js'
import { boolean, optional, wholeNumber } from '../../declare/schema.js'
import { parseSettings, section, type SettingShapes } from '../../declare/settings.js'

/** Settings of `iii-state`. */
export interface StateConfig {
  readonly storage: StorageConfig
  /** Whether `state` triggers fire. */
  readonly triggersEnabled: boolean
  /** Maximum bytes of one value as JSON; absent: the limit of a message. */
  readonly maxValueBytes: number | undefined
}

const shape = {
  adapter: optional(section(storageAdapter())),
  triggers_enabled: optional(boolean()),
  max_value_bytes: optional(wholeNumber(1)),
  save_interval_ms: saveIntervalMs,
}

export const stateSettings: SettingShapes = { config: shape, local: {} }

/**
 * Reads the `config` of `iii-state`; absent means the defaults: in memory, triggers enabled.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseStateConfig(config: unknown): StateConfig {
  const { adapter, triggers_enabled, max_value_bytes } = parseSettings('iii-state', shape, config)
  const { storage } = parseStorageAdapter('iii-state.adapter', adapter, {})
  return { storage, triggersEnabled: triggers_enabled ?? true, maxValueBytes: max_value_bytes }
}
