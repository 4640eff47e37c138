/** The `config` of a `durable:subscriber` trigger. Members for other brokers are ignored. */
import { isRecord } from '../../../../wire/protocol/validate.js'
import { describe } from '../../../../std/text/describe.js'
import { defaultPolicy, type QueuePolicy } from '../queue-policy.js'
import { wholeNumber } from '../../../declare/schema.js'

export interface SubscriberConfig {
  readonly topic: string
  readonly policy: QueuePolicy
}

/**
 * Reads the config of a trigger.
 * @throws {Error} naming the invalid member.
 */
export function parseSubscriberConfig(config: unknown): SubscriberConfig {
  const { topic, queue_config: queue } = isRecord(config) ? config : {}
  if (typeof topic !== 'string' || topic === '') {
    throw new Error(`topic is required for durable:subscriber triggers, got ${describe(topic)}`)
  }
  if (queue === undefined || queue === null) return { topic, policy: defaultPolicy }
  if (!isRecord(queue)) throw new Error(`queue_config must be an object, got ${describe(queue)}`)
  const fifo = queue['type'] === 'fifo'
  const retries = numberIn(queue, 'maxRetries', 0)
  const concurrency = numberIn(queue, 'concurrency', 1) ?? defaultPolicy.concurrency
  const policy: QueuePolicy = {
    mode: fifo ? 'fifo' : 'standard',
    // Here the number counts retries; the first attempt is added.
    maxAttempts: retries === undefined ? defaultPolicy.maxAttempts : retries + 1,
    concurrency: fifo ? 1 : concurrency,
    backoffMs: numberIn(queue, 'backoffDelayMs', 0) ?? defaultPolicy.backoffMs,
    pollIntervalMs: defaultPolicy.pollIntervalMs,
  }
  return { topic, policy }
}

function numberIn(queue: Record<string, unknown>, member: string, min: number): number | undefined {
  const value = queue[member]
  if (value === undefined || value === null) return undefined
  const { accepts, expected } = wholeNumber(min)
  if (!accepts(value)) throw new Error(`queue_config.${member} must be ${expected}, got ${describe(value)}`)
  return value as number
}
