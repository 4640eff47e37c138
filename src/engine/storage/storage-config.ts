/** Parses the storage settings of a built-in, and opens the store that they select. */
import { join } from 'node:path'
import { MAX_MESSAGE_BYTES } from '../../wire/protocol/limits.js'
import type { EngineHost } from '../builtins/builtin.js'
import { ForgetfulStore } from './forgetful-store.js'
import { openLevelStore } from './level-store.js'
import { MemoryStore } from './memory-store.js'
import type { Store, StoreLimits } from './store.js'
import { oneOf, optional, wholeNumber, type DeclaredObject, type ObjectOf } from '../declare/schema.js'
import { atStart, section, setting } from '../declare/settings.js'

/** The storage of values. */
export type StorageConfig =
  | { readonly kind: 'memory' }
  /** `directory` contains one folder for each built-in that stores there. */
  | { readonly kind: 'durable'; readonly directory: string }

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
}

const kvConfig = section(storageMembers)

/** The `adapter` of a built-in that stores values: the `kv` adapter, in memory or in files. */
export const storageAdapter = section({
  name: atStart(optional(oneOf(['kv']))),
  config: optional(kvConfig),
})

/** The storage that the settings of an adapter select. */
export function storageOf(config: Stored<typeof kvConfig> | null | undefined): StorageConfig {
  return config?.store_method === 'file_based'
    ? { kind: 'durable', directory: config.file_path ?? DEFAULT_FILE_PATH }
    : { kind: 'memory' }
}

type Stored<D> = D extends DeclaredObject<infer S> ? ObjectOf<S> : never

/**
 * Opens the store of one built-in.
 * @throws {RuntimeError} as `openLevelStore` does.
 */
export async function openStore(
  storage: StorageConfig,
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
