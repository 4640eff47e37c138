/**
 * `iii-pubsub`: `publish` sends an event once to every `subscribe` trigger of its topic. Events are not stored,
 * subscribers have no order, and results and errors of handlers are ignored.
 */
import { InvocationError } from '../../../errors.js'
import { isRecord, json, string } from '../../../wire/protocol/validate.js'
import { describe } from '../../../std/text/describe.js'
import type { Binding, Builtin, BuiltinFunction, BuiltinTriggerType, EngineHost } from '../builtin.js'
import { builtinFunction } from '../../config/builtin-input.js'
import { Deliveries } from './deliveries.js'
import type { PubSubConfig } from './pubsub-config.js'
import { Subscriptions } from './subscriptions.js'

/** Maximum subscriptions of one engine. Further ones are refused. */
const MAX_SUBSCRIPTIONS = 100_000

/** Serves `publish` and the trigger type `subscribe`. */
export function createPubSubBuiltin(host: EngineHost, _config: PubSubConfig): Builtin {
  const subscriptions = new Subscriptions(host.quirks.silentTopics)
  const deliveries = new Deliveries(host)
  return {
    name: 'iii-pubsub',
    functions: [publishFunction(subscriptions, deliveries)],
    triggerTypes: [subscribeType(subscriptions)],
    start: () => Promise.resolve(),
    stop() {
      subscriptions.clear()
      deliveries.stop()
      return Promise.resolve()
    },
  }
}

function publishFunction(subscriptions: Subscriptions, deliveries: Deliveries): BuiltinFunction {
  return builtinFunction({
    id: 'publish',
    description: 'Sends an event to every subscriber of a topic and does not wait for them',
    requestSchema: {
      type: 'object',
      properties: { topic: { type: 'string', minLength: 1 }, data: {} },
      required: ['topic', 'data'],
    },
    textMembers: ['data'],
    input: { topic: string, data: json },
    call({ topic, data }, { traceparent, baggage }) {
      if (topic === '') throw new InvocationError({ code: 'topic_not_set', message: 'Topic is not set' })
      for (const binding of subscriptions.of(topic)) deliveries.start(binding, data, { traceparent, baggage })
    },
  })
}

function subscribeType(subscriptions: Subscriptions): BuiltinTriggerType {
  return {
    id: 'subscribe',
    description: 'Calls a function with every event published to a topic',
    configurationSchema: {
      type: 'object',
      properties: { topic: { type: 'string', description: 'An empty topic is accepted and never fires' } },
      required: ['topic'],
    },
    requestSchema: { description: 'The published data, unchanged' },
    bind(binding) {
      if (subscriptions.size >= MAX_SUBSCRIPTIONS)
        throw new Error(`The limit of ${MAX_SUBSCRIPTIONS} subscriptions is reached`)
      subscriptions.add(topicOf(binding), binding)
    },
    unbind: (binding) => subscriptions.remove(binding.id),
  }
}

function topicOf({ config }: Binding): string {
  const topic = isRecord(config) ? config['topic'] : undefined
  if (typeof topic !== 'string') throw new Error(`topic is required for subscribe triggers, got ${describe(topic)}`)
  return topic
}
