/**
 * Settings of `iii-stream`.
 */
import { originFields, readOriginRules, type OriginRules } from '../../access/origins.js'
import { parseStorageAdapter, storageAdapter, type StorageConfig } from '../../storage/storage-config.js'
import { boolean, optional, string, wholeNumber } from '../../declare/schema.js'
import { parseSettings, section, type SettingShapes } from '../../declare/settings.js'

/** Settings of `iii-stream`. */
export interface StreamConfig {
  readonly host: string
  /** 0 selects a free port. */
  readonly port: number
  /** Called for each client that connects; its result is passed to join and leave handlers. */
  readonly authFunctionId: string | undefined
  /** Refuses clients that the auth function did not admit; the default admits them. Default false. */
  readonly authRequired: boolean
  /** Maximum events kept for a client that reads too slowly; when it is exceeded, the oldest are dropped. */
  readonly channelSize: number
  readonly storage: StorageConfig
  /** Web pages that may connect, beside those of this machine. Default: none. */
  readonly origins: OriginRules
}

const DEFAULT_HOST = '0.0.0.0'
const DEFAULT_PORT = 3112
const DEFAULT_CHANNEL_SIZE = 256

const channelSize = { channel_size: optional(wholeNumber(1, 100_000)) }

const shape = {
  host: optional(string()),
  port: optional(wholeNumber(0, 65_535)),
  auth_function: optional(string()),
  adapter: optional(section(storageAdapter(channelSize))),
}

/** Settings of the local engine only. */
const localShape = { ...originFields, auth_required: optional(boolean()) }

export const streamSettings: SettingShapes = { config: shape, local: localShape }

/**
 * Reads the `config` and `local` of `iii-stream`; absent means the defaults: port 3112 on all addresses, in memory, no
 * auth.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseStreamConfig(config: unknown, local?: unknown): StreamConfig {
  const given = parseSettings('iii-stream', shape, config)
  const own = parseSettings('iii-stream.local', localShape, local)
  const { storage, settings } = parseStorageAdapter('iii-stream.adapter', given.adapter, channelSize)
  return {
    host: given.host ?? DEFAULT_HOST,
    port: given.port ?? DEFAULT_PORT,
    authFunctionId: given.auth_function === '' ? undefined : given.auth_function,
    authRequired: own.auth_required ?? false,
    channelSize: settings.channel_size ?? DEFAULT_CHANNEL_SIZE,
    storage,
    origins: readOriginRules(own),
  }
}
