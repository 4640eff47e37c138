/** Settings of `iii-queue`: named queues and the storage of jobs. Topics have no settings here; their triggers have. */
import { describe } from '../../../std/text/describe.js'
import { localStorageOf, storageMembers, type LocalStorage } from '../../storage/storage-config.js'
import { defaultQueueLimits, type QueueLimits } from './journal/ledger.js'
import { defaultPolicy, type QueuePolicy } from './queue-policy.js'
import { map, oneOf, optional, present, string, wholeNumber, type ObjectOf } from '../../declare/schema.js'
import { atStart, invalidConfig, parseSettings, section, setting, withRules } from '../../declare/settings.js'

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
  readonly storage: LocalStorage
  readonly limits: QueueLimits
}

const queueMembers = {
  type: optional(oneOf(['standard', 'fifo'], '`fifo` keeps the order within each group')),
  max_retries: optional(wholeNumber(1, undefined, 'Attempts in total; default 3')),
  concurrency: optional(wholeNumber(1, undefined, 'Jobs at the same time; default 10')),
  message_group_field: optional(
    setting<string>('a string that is not empty', (v) => typeof v === 'string' && v !== '', {
      minLength: 1,
      type: 'string',
      description: 'The payload member that names the group; a fifo queue needs it',
    }),
  ),
  backoff_ms: optional(wholeNumber(0, undefined, 'Delay before the first retry; doubles with each; default 1000')),
  poll_interval_ms: optional(wholeNumber(1, undefined, 'Retries are due on multiples of this; default 100')),
  // These two apply to RabbitMQ only.
  max_priority: optional(wholeNumber(0)),
  priority_field: optional(string()),
}

const queue = withRules(section(queueMembers), {
  if: { properties: { type: { const: 'fifo' } }, required: ['type'] },
  then: { properties: { message_group_field: { type: 'string' } }, required: ['message_group_field'] },
})

const { bridge_url: _ofOtherBuiltins, ...storedHere } = storageMembers

const adapter = section({ name: atStart(optional(oneOf(['builtin']))), config: optional(section(storedHere)) })

export const queueSettings = {
  config: section({
    // Beside its name, the adapter has the same settings as that of every built-in that stores values.
    adapter: optional(adapter),
    queue_configs: optional(map(present(queue), 'Queues by name')),
  }),
  local: section({}),
}

/** Maximum queues. */
const MAX_QUEUES = 1_000

/**
 * Reads the `config` of `iii-queue`; absent means the defaults: the queue `default`, kept in memory.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseQueueConfig(config: unknown): QueueConfig {
  const { adapter: given, queue_configs: configured } = parseSettings('iii-queue', queueSettings.config.members, config)
  const names = Object.keys(configured ?? {})
  if (names.length > MAX_QUEUES)
    throw invalidConfig(`iii-queue.queue_configs has ${names.length} queues; at most ${MAX_QUEUES} are accepted`)
  const queues = new Map([['default', readQueue('iii-queue.queue_configs.default', {})]])
  for (const [name, settings] of Object.entries(configured ?? {})) {
    queues.set(name, readQueue(`iii-queue.queue_configs.${name}`, settings ?? {}))
  }
  return { queues, storage: localStorageOf(given?.config), limits: defaultQueueLimits }
}

type GivenQueue = ObjectOf<typeof queueMembers>

function readQueue(path: string, given: GivenQueue): NamedQueueSettings {
  if (given.type !== 'fifo') return { policy: policyOf(given), groupField: undefined }
  const groupField = given.message_group_field ?? undefined
  if (groupField !== undefined) return { policy: policyOf(given), groupField }
  const expected = 'the name of a payload member, since the queue is fifo'
  throw invalidConfig(`${path}.message_group_field must be ${expected}, got ${describe(groupField)}`)
}

function policyOf(given: GivenQueue): QueuePolicy {
  return {
    mode: given.type ?? defaultPolicy.mode,
    maxAttempts: given.max_retries ?? defaultPolicy.maxAttempts,
    concurrency: given.concurrency ?? defaultPolicy.concurrency,
    backoffMs: given.backoff_ms ?? defaultPolicy.backoffMs,
    pollIntervalMs: given.poll_interval_ms ?? defaultPolicy.pollIntervalMs,
  }
}
