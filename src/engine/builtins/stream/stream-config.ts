/**
 * Settings of `iii-stream`.
 */
import { originFields, readOriginRules, type OriginRules } from '../../access/origins.js'
import { storageAdapter, storageMembers, storageOf, type StorageConfig } from '../../storage/storage-config.js'
import { boolean, optional, string, wholeNumber, withDefault } from '../../declare/schema.js'
import { atStart, parseSettings, section } from '../../declare/settings.js'

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

const DEFAULT_CHANNEL_SIZE = 256

const adapterConfig = section({
  ...storageMembers,
  channel_size: optional(wholeNumber(1, 100_000, 'Events kept for a client that reads too slowly; default 256')),
})

export const streamSettings = {
  config: section({
    host: atStart(withDefault(string('The address to listen on'), '0.0.0.0')),
    port: atStart(withDefault(wholeNumber(0, 65_535, '0 selects a free port'), 3112)),
    auth_function: atStart(optional(string('Called for each client that connects'))),
    adapter: optional(section({ ...storageAdapter.members, config: optional(adapterConfig) })),
  }),
  local: section({
    ...originFields,
    auth_required: withDefault(boolean('Refuses clients that the auth function did not admit'), false),
  }),
}

/**
 * Reads the `config` and `local` of `iii-stream`; absent means the defaults: port 3112 on all addresses, in memory, no
 * auth.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseStreamConfig(config: unknown, local?: unknown): StreamConfig {
  const given = parseSettings('iii-stream', streamSettings.config.members, config)
  const own = parseSettings('iii-stream.local', streamSettings.local.members, local)
  const settings = given.adapter?.config
  return {
    host: given.host,
    port: given.port,
    authFunctionId: given.auth_function === '' ? undefined : given.auth_function,
    authRequired: own.auth_required,
    channelSize: settings?.channel_size ?? DEFAULT_CHANNEL_SIZE,
    storage: storageOf('iii-stream.adapter', given.adapter),
    origins: readOriginRules(own),
  }
}
