/**
 * `iii-pubsub`: `publish` sends an event once to every `subscribe` trigger of its topic. Events are not stored,
 * subscribers have no order, and results and errors of handlers are ignored.
 */
import { ErrorCode, InvocationError } from '../../../errors.js'
import type { Binding, BuiltinFunction, BuiltinTriggerType, EngineHost, LiveBuiltin } from '../builtin.js'
import { FanOut } from '../../triggers/fan-out.js'
import { Deliveries } from './deliveries.js'
import type { PubSubConfig } from './pubsub-config.js'
import { Subscriptions } from './subscriptions.js'
import { builtinFunction, triggerType } from '../../declare/function.js'
import { anyText, object, optional, string } from '../../declare/schema.js'

/** Maximum subscriptions of one engine. Further ones are refused. */
const MAX_SUBSCRIPTIONS = 100_000

/** Serves `publish` and the trigger type `subscribe`. */
export function createPubSubBuiltin(host: EngineHost, _config: PubSubConfig): LiveBuiltin<PubSubConfig> {
  const subscriptions = new Subscriptions(host.quirks.silentTopics)
  const deliveries = new Deliveries(host)
  const fanOut = new FanOut<Binding>(host.lane)
  return {
    name: 'iii-pubsub',
    description: 'Sends events to all subscribers of a topic',
    functions: [publishFunction({ host, subscriptions, deliveries, fanOut })],
    triggerTypes: [subscribeType(subscriptions)],
    // All settings are read at start only.
    reconfigure: () => undefined,
    start: () => Promise.resolve(),
    stop() {
      subscriptions.clear()
      fanOut.stop()
      deliveries.stop()
      return Promise.resolve()
    },
  }
}

interface PublishParts {
  readonly host: EngineHost
  readonly subscriptions: Subscriptions
  readonly deliveries: Deliveries
  readonly fanOut: FanOut<Binding>
}

function publishFunction({ host, subscriptions, deliveries, fanOut }: PublishParts): BuiltinFunction {
  return builtinFunction({
    id: 'publish',
    description: 'Sends an event to every subscriber of a topic and does not wait for them',
    input: object({ topic: string('The topic; it must not be empty'), data: anyText('The event') }),
    call({ topic, data }, { traceparent, baggage }) {
      if (topic === '') throw new InvocationError({ code: ErrorCode.topic_not_set, message: 'Topic is not set' })
      const deliver = (binding: Binding): void => {
        if (subscriptions.has(binding)) deliveries.start(binding, data, { traceparent, baggage })
      }
      if (fanOut.start(topic, { receivers: subscriptions.of(topic), data, deliver })) return
      host.counters.refused.jobs += 1
      const message = 'Too many events of the topic wait for their subscribers'
      throw new InvocationError({ code: ErrorCode.PENDING_QUEUE_FULL, message })
    },
  })
}

function subscribeType(subscriptions: Subscriptions): BuiltinTriggerType {
  return triggerType({
    id: 'subscribe',
    description: 'Calls a function with every event published to a topic',
    config: object({
      topic: string('The topic; an empty one is accepted and never fires'),
      condition_function_id: optional(string('Accepted, but not called: subscriptions have no conditions')),
    }),
    bind(binding, { topic }) {
      if (subscriptions.size >= MAX_SUBSCRIPTIONS)
        throw new Error(`The limit of ${MAX_SUBSCRIPTIONS} subscriptions is reached`)
      subscriptions.add(topic, binding)
    },
    unbind: (binding) => subscriptions.remove(binding.id),
  })
}
