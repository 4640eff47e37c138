/** Parses the storage settings of a built-in, and opens the store that they select. */
import { join } from 'node:path'
import { MAX_MESSAGE_BYTES } from '../../wire/protocol/limits.js'
import type { FieldType } from '../../wire/protocol/validate.js'
import type { EngineHost } from '../builtins/builtin.js'
import { ForgetfulStore } from './forgetful-store.js'
import { openLevelStore } from './level-store.js'
import { MemoryStore } from './memory-store.js'
import type { Store, StoreLimits } from './store.js'
import { describe } from '../../std/text/describe.js'
import { engineUrl } from '../builtins/bridge/bridge-config.js'
import { described, oneOf, optional, wholeNumber } from '../declare/schema.js'
import { atStart, invalidConfig, ruled, section, setting } from '../declare/settings.js'

/** The storage of values in this engine. */
export type LocalStorage =
  | { readonly kind: 'memory' }
  /** `directory` contains one folder for each built-in that stores there. */
  | { readonly kind: 'durable'; readonly directory: string }

/** The storage of values. With `bridge`, another engine has them. */
export type StorageConfig = LocalStorage | { readonly kind: 'bridge'; readonly url: string }

const MIB = 1024 * 1024

export const defaultStoreLimits: StoreLimits = {
  // A larger value could not be received or sent in one message.
  maxValueBytes: MAX_MESSAGE_BYTES,
  maxTotalBytes: 512 * MIB,
}

const DEFAULT_FILE_PATH = 'kv_store_data.db'

const filePath = setting<string>('a path', (value) => typeof value === 'string' && value !== '', {
  minLength: 1,
  type: 'string',
})

/**
 * The save interval of the distributed engine, in milliseconds. Accepted for compatibility: here every write is saved
 * at once.
 */
export const saveIntervalMs = optional(wholeNumber(100, 3_600_000))

/** The storage settings of a built-in. */
export const storageMembers = {
  store_method: atStart(optional(oneOf(['in_memory', 'file_based']))),
  file_path: atStart(optional(filePath)),
  save_interval_ms: saveIntervalMs,
  bridge_url: atStart(optional(described(engineUrl, 'The engine that has the values, of the adapter `bridge`'))),
}

const kvConfig = section(storageMembers)

/** The rule of `storageOf`. */
export const BRIDGE_ALONE_HAS_URL = {
  if: { properties: { name: { const: 'bridge' } }, required: ['name'] },
  then: {
    properties: {
      config: { properties: { bridge_url: { type: 'string' } }, required: ['bridge_url'], type: 'object' },
    },
    required: ['config'],
  },
  else: { properties: { config: { properties: { bridge_url: { type: 'null' } } } } },
}

/** The `adapter` of a built-in that stores values: `kv`, in memory or in files, or `bridge`, in another engine. */
export const storageAdapter = ruled(
  section({ name: atStart(optional(oneOf(['kv', 'bridge']))), config: optional(kvConfig) }),
  BRIDGE_ALONE_HAS_URL,
)

interface Adapter {
  readonly name?: string | null | undefined
  readonly config?: FieldType<typeof kvConfig> | null | undefined
}

/**
 * The storage that the settings of an adapter select.
 * @throws {RuntimeError} INVALID_CONFIG when `bridge_url` is missing, or has no effect.
 */
export function storageOf(path: string, { name, config }: Adapter = {}): StorageConfig {
  const url = config?.bridge_url ?? undefined
  if (name === 'bridge') {
    if (url !== undefined) return { kind: 'bridge', url }
    throw invalidConfig(`${path}.config.bridge_url must be ${engineUrl.expected}, got ${describe(url)}`)
  }
  if (url === undefined) return localStorageOf(config)
  throw invalidConfig(`${path}.config.bridge_url belongs to the adapter \`bridge\`; set ${path}.name`)
}

export function localStorageOf(
  config: Omit<FieldType<typeof kvConfig>, 'bridge_url'> | null | undefined,
): LocalStorage {
  return config?.store_method === 'file_based'
    ? { kind: 'durable', directory: config.file_path ?? DEFAULT_FILE_PATH }
    : { kind: 'memory' }
}

/**
 * Opens the store of one built-in.
 * @throws {RuntimeError} as `openLevelStore` does.
 */
export async function openStore(
  storage: LocalStorage,
  limits: StoreLimits,
  {
    builtin,
    host,
  }: { readonly builtin: string; readonly host: Pick<EngineHost, 'log' | 'repairsStores' | 'clock' | 'quirks'> },
): Promise<Store> {
  if (storage.kind === 'memory') return new MemoryStore(limits)
  const { log, repairsStores: repair, clock, quirks } = host
  const store = await openLevelStore(join(storage.directory, builtin), limits, { log, repair })
  const { forgottenWrites } = quirks
  return forgottenWrites === undefined ? store : ForgetfulStore.over(store, limits, { clock, ...forgottenWrites })
}
