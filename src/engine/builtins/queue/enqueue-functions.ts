/** The functions that enqueue jobs, by queue name or by topic. */
import { ErrorCode } from '../../../errors.js'
import type { Random } from '../../../std/random.js'
import type { BuiltinFunction } from '../builtin.js'
import type { NamedQueues } from './named-queues.js'
import { queueError } from './queue-errors.js'
import type { Topics } from './topics/topics.js'
import { builtinFunction } from '../../declare/function.js'
import { anyText, object, optional, string } from '../../declare/schema.js'

/** Stores a call for a named queue. The engine calls it for every call with the action `enqueue`. */
export function enqueueFunction(queues: NamedQueues, random: Random): BuiltinFunction {
  return builtinFunction({
    id: 'engine::queue::enqueue',
    description: 'Stores a call, which the queue makes later and retries until it succeeds or uses up its attempts',
    input: object({
      queue: string(),
      function_id: string('The function to call'),
      data: anyText('The payload'),
      messageReceiptId: optional(string('Identifies the job; default: a new id')),
      namespace: optional(string('The namespace of the function')),
      traceparent: optional(string()),
      baggage: optional(string()),
    }),
    output: object({ messageReceiptId: string() }),
    async call({ function_id: functionId, messageReceiptId: receiptId = random.uuid(), ...input }, { access }) {
      const { queue, namespace, data, traceparent, baggage } = input
      await queues.enqueue({ queue, functionId, namespace, data, receiptId, traceparent, baggage, access })
      return { messageReceiptId: receiptId }
    },
  })
}

/** Stores an event for every subscriber of a topic. */
export function publishFunction(topics: Topics): BuiltinFunction {
  return builtinFunction({
    id: 'iii::durable::publish',
    description: 'Stores an event for each function that is subscribed to a topic at the moment',
    input: object({ topic: string('The topic; it must not be empty'), data: anyText('The event') }),
    async call({ topic, data }, { traceparent, baggage }) {
      if (topic === '') throw queueError(ErrorCode.topic_not_set, 'Topic is not set')
      await topics.publish(topic, data, { traceparent, baggage })
    },
  })
}
