/**
 * Settings of `iii-queue`: named queues and where jobs are kept. Topics need none; their triggers say how they work.
 */
import { optional, record, string, type Infer } from '../../../wire/protocol/validate.js'
import { oneOf, parseSettings, setting, wholeNumber } from '../../config/builtin-config.js'
import { parseStorageAdapter, type StorageConfig } from '../../storage/storage-config.js'
import { defaultQueueLimits, type QueueLimits } from './journal/ledger.js'
import { defaultPolicy, type QueuePolicy } from './queue-policy.js'

/** One queue as it was configured. */
export interface NamedQueueSettings {
  readonly policy: QueuePolicy
  /** Payload member that names a message's group; set exactly for fifo queues. */
  readonly groupField: string | undefined
}

export interface QueueConfig {
  /** By name; `default` is always among them. */
  readonly queues: ReadonlyMap<string, NamedQueueSettings>
  /** Where jobs are kept. */
  readonly storage: StorageConfig
  readonly limits: QueueLimits
}

const queueShape = {
  type: optional(oneOf('standard', 'fifo')),
  max_retries: optional(wholeNumber(1)),
  concurrency: optional(wholeNumber(1)),
  message_group_field: optional(
    setting<string>('a string that is not empty', (v) => typeof v === 'string' && v !== ''),
  ),
  backoff_ms: optional(wholeNumber(0)),
  poll_interval_ms: optional(wholeNumber(1)),
  // These two mean something to RabbitMQ only.
  max_priority: optional(wholeNumber(0)),
  priority_field: optional(string),
}

const adapterShape = { name: optional(oneOf('builtin')), config: optional(record) }

/**
 * Reads the `config` of `iii-queue`; absent means the defaults: the queue `default`, kept in memory.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, what was seen and what is accepted.
 */
export function parseQueueConfig(config: unknown): QueueConfig {
  const shape = { adapter: optional(record), queue_configs: optional(record) }
  const { adapter, queue_configs: configured = {} } = parseSettings('iii-queue', shape, config)
  const { config: inner } = parseSettings('iii-queue.adapter', adapterShape, adapter)
  // Beside its name, the adapter is told the same as everyone who stores values.
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
