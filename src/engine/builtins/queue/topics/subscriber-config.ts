/** The `config` of a `durable:subscriber` trigger. Members for other brokers are ignored. */
import type { Infer } from '../../../../wire/protocol/validate.js'
import { object, optional, refusedLater, string, wholeNumber } from '../../../declare/schema.js'
import { defaultPolicy, type QueuePolicy } from '../queue-policy.js'

export const subscriberConfig = object({
  topic: refusedLater(string('The topic; it must not be empty'), ''),
  condition_function_id: optional(string('A function that drops an event by returning false')),
  queue_config: optional(
    object({
      type: optional(string('`fifo` delivers one at a time and in order; any other value, in parallel')),
      maxRetries: optional(wholeNumber(0, undefined, 'Attempts after the first; default 2')),
      concurrency: optional(wholeNumber(1, undefined, 'Deliveries at the same time; default 10')),
      backoffDelayMs: optional(wholeNumber(0, undefined, 'Delay before the first retry; default 1000')),
    }),
  ),
})
export type SubscriberConfig = Infer<typeof subscriberConfig.members>

/**
 * How the jobs of a subscriber run.
 * @throws {Error} when it names no topic.
 */
export function policyOf({ topic, queue_config: queue }: SubscriberConfig): QueuePolicy {
  if (topic === '') throw new Error('topic is required for durable:subscriber triggers')
  if (queue === undefined) return defaultPolicy
  const fifo = queue.type === 'fifo'
  const { maxRetries, concurrency, backoffDelayMs } = queue
  return {
    mode: fifo ? 'fifo' : 'standard',
    // Here the number counts retries; the first attempt is added.
    maxAttempts: (maxRetries ?? defaultPolicy.maxAttempts - 1) + 1,
    concurrency: fifo ? 1 : (concurrency ?? defaultPolicy.concurrency),
    backoffMs: backoffDelayMs ?? defaultPolicy.backoffMs,
    pollIntervalMs: defaultPolicy.pollIntervalMs,
  }
}
