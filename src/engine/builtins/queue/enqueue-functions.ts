/** The functions that enqueue jobs, by queue name or by topic. */
import { json, optional, string } from '../../../wire/protocol/validate.js'
import type { Random } from '../../../std/random.js'
import type { BuiltinFunction } from '../builtin.js'
import { builtinFunction } from '../../config/builtin-input.js'
import type { NamedQueues } from './named-queues.js'
import { queueError } from './queue-errors.js'
import type { Topics } from './topics/topics.js'

/** Stores a call for a named queue. The engine calls it for every call with the action `enqueue`. */
export function enqueueFunction(queues: NamedQueues, random: Random): BuiltinFunction {
  return builtinFunction({
    id: 'engine::queue::enqueue',
    description: 'Stores a call, which the queue makes later and retries until it succeeds or uses up its attempts',
    requestSchema: {
      type: 'object',
      properties: {
        queue: { type: 'string' },
        function_id: { type: 'string' },
        data: {},
        messageReceiptId: { type: 'string' },
        namespace: { type: 'string' },
        traceparent: { type: ['string', 'null'] },
        baggage: { type: ['string', 'null'] },
      },
      required: ['queue', 'function_id', 'data'],
    },
    responseSchema: { type: 'object', properties: { messageReceiptId: { type: 'string' } } },
    textMembers: ['data'],
    input: {
      queue: string,
      function_id: string,
      data: json,
      messageReceiptId: optional(string),
      namespace: optional(string),
      traceparent: optional(string),
      baggage: optional(string),
    },
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
    requestSchema: {
      type: 'object',
      properties: { topic: { type: 'string', minLength: 1 }, data: {} },
      required: ['topic', 'data'],
    },
    textMembers: ['data'],
    input: { topic: string, data: json },
    async call({ topic, data }, { traceparent, baggage }) {
      if (topic === '') throw queueError('topic_not_set', 'Topic is not set')
      await topics.publish(topic, data, { traceparent, baggage })
    },
  })
}
