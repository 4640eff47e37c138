/** Settings of `iii-queue`: named queues and the storage of jobs. Topics have no settings here; their triggers have. */
import type { Infer } from '../../../wire/protocol/validate.js'
import { parseStorageAdapter, storageShape, type StorageConfig } from '../../storage/storage-config.js'
import { defaultQueueLimits, type QueueLimits } from './journal/ledger.js'
import { defaultPolicy, type QueuePolicy } from './queue-policy.js'
import { oneOf, optional, string, wholeNumber } from '../../declare/schema.js'
import { parseSettings, section, sectionMap, setting, type SettingShapes } from '../../declare/settings.js'

/** One configured queue. */
export interface NamedQueueSettings {
  readonly policy: QueuePolicy
  /** Payload member that names the group of a message; set for fifo queues only. */
  readonly groupField: string | undefined
}

export interface QueueConfig {
  /** By name; `default` is always included. */
  readonly queues: ReadonlyMap<string, NamedQueueSettings>
  /** The storage of jobs. */
  readonly storage: StorageConfig
  readonly limits: QueueLimits
}

const queueShape = {
  type: optional(oneOf(['standard', 'fifo'])),
  max_retries: optional(wholeNumber(1)),
  concurrency: optional(wholeNumber(1)),
  message_group_field: optional(
    setting<string>('a string that is not empty', (v) => typeof v === 'string' && v !== '', {
      minLength: 1,
      type: 'string',
    }),
  ),
  backoff_ms: optional(wholeNumber(0)),
  poll_interval_ms: optional(wholeNumber(1)),
  // These two apply to RabbitMQ only.
  max_priority: optional(wholeNumber(0)),
  priority_field: optional(string()),
}

const FIFO_NEEDS_GROUP = {
  if: { properties: { type: { const: 'fifo' } }, required: ['type'] },
  then: { properties: { message_group_field: { type: 'string' } }, required: ['message_group_field'] },
}

const adapterShape = { name: optional(oneOf(['builtin'])), config: optional(section(storageShape)) }
const shape = {
  adapter: optional(section(adapterShape)),
  queue_configs: optional(sectionMap(section(queueShape, FIFO_NEEDS_GROUP))),
}

export const queueSettings: SettingShapes = { config: shape, local: {} }

/**
 * Reads the `config` of `iii-queue`; absent means the defaults: the queue `default`, kept in memory.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseQueueConfig(config: unknown): QueueConfig {
  const { adapter, queue_configs: configured = {} } = parseSettings('iii-queue', shape, config)
  const { config: inner } = parseSettings('iii-queue.adapter', adapterShape, adapter)
  // Beside its name, the adapter has the same settings as that of every built-in that stores values.
  const { storage } = parseStorageAdapter('iii-queue.adapter', { config: inner }, {})
  const queues = new Map([['default', readQueue('iii-queue.queue_configs.default', {})]])
  for (const [name, settings] of Object.entries(configured)) {
    queues.set(name, readQueue(`iii-queue.queue_configs.${name}`, settings))
  }
  return { queues, storage, limits: defaultQueueLimits }
}

function readQueue(path: string, settings: unknown): NamedQueueSettings {
  const given = parseSettings(path, queueShape, settings)
  if (given.type !== 'fifo') return { policy: policyOf(given), groupField: undefined }
  const { message_group_field: groupField } = parseSettings(path, fifoShape, settings)
  return { policy: policyOf(given), groupField }
}

const fifoShape = {
  ...queueShape,
  message_group_field: setting<string>(
    'the name of a payload member, since the queue is fifo',
    (v) => typeof v === 'string',
    { type: 'string' },
  ),
}

function policyOf(given: Infer<typeof queueShape>): QueuePolicy {
  return {
    mode: given.type ?? defaultPolicy.mode,
    maxAttempts: given.max_retries ?? defaultPolicy.maxAttempts,
    concurrency: given.concurrency ?? defaultPolicy.concurrency,
    backoffMs: given.backoff_ms ?? defaultPolicy.backoffMs,
    pollIntervalMs: given.poll_interval_ms ?? defaultPolicy.pollIntervalMs,
  }
}
