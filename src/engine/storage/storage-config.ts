/** Parses the storage settings of a built-in, and opens the store that they select. */
import { join } from 'node:path'
import { MAX_MESSAGE_BYTES } from '../../wire/protocol/limits.js'
import type { Infer } from '../../wire/protocol/validate.js'
import type { EngineHost } from '../builtins/builtin.js'
import { ForgetfulStore } from './forgetful-store.js'
import { openLevelStore } from './level-store.js'
import { MemoryStore } from './memory-store.js'
import type { Store, StoreLimits } from './store.js'
import { oneOf, optional, wholeNumber, type Declared, type Members } from '../declare/schema.js'
import { parseSettings, section, setting } from '../declare/settings.js'

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

export const storageShape = {
  store_method: optional(oneOf(['in_memory', 'file_based'])),
  file_path: optional(filePath),
  save_interval_ms: saveIntervalMs,
}

/** The settings of the `kv` adapter; `extra` are keys of its `config` that only one built-in has. */
export function storageAdapter(extra: Members = {}): {
  readonly name: Declared<string, true>
  readonly config: Declared<Readonly<Record<string, unknown>>, true>
} {
  return { name: optional(oneOf(['kv'])), config: optional(section({ ...storageShape, ...extra })) }
}

/**
 * Reads the `adapter` of a built-in that stores values: the `kv` adapter, in memory or in files.
 * @param path the position of the adapter in the configuration, such as `iii-state.adapter`.
 * @param extra keys of the adapter's `config` that only this built-in has.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseStorageAdapter<S extends Members>(
  path: string,
  adapter: unknown,
  extra: S,
): { readonly storage: StorageConfig; readonly settings: Infer<S> } {
  const { config } = parseSettings(path, storageAdapter(extra), adapter)
  const settings = parseSettings(`${path}.config`, { ...storageShape, ...extra }, config)
  // The compiler cannot split the type of a merged shape; both halves were checked above.
  const { store_method, file_path } = settings as Infer<typeof storageShape>
  const durable = store_method === 'file_based'
  const storage: StorageConfig = durable
    ? { kind: 'durable', directory: file_path ?? DEFAULT_FILE_PATH }
    : { kind: 'memory' }
  return { storage, settings: settings as Infer<S> }
}

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
