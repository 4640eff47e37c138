/**
 * The trigger types of streams: `stream` for changes and events, `stream:join` and `stream:leave` for clients. Join
 * handlers decide about a join; all other handlers run in the background.
 */
import { isRecord } from '../../../wire/protocol/validate.js'
import { BoundTriggers } from '../../triggers/bound-triggers.js'
import type { Binding, BuiltinTriggerType, EngineHost } from '../builtin.js'
import { callBound, type Trace } from '../../triggers/fire.js'
import { WriteFirings } from '../../triggers/write-firings.js'
import { payloadOf, type StreamMessage } from './stream-event.js'
import { triggerType } from '../../declare/function.js'
import { accepting, any, integer, object, optional, string } from '../../declare/schema.js'

/** The payload of join and leave handlers. */
export type SubscriptionEvent = {
  subscription_id: string
  stream_name: string
  group_id: string
  id: string | null
  /** The result of the auth function; null without one. */
  context: unknown
}

interface Filter {
  readonly stream_name: string
  readonly group_id?: string | undefined
  readonly item_id?: string | undefined
}

const config = object({
  // The distributed engine publishes it as optional, and fails without it.
  stream_name: accepting(string(), optional(string('Required'))),
  group_id: optional(string('Only this group; absent: any')),
  item_id: optional(string('Only this item; absent: any')),
  condition_function_id: optional(string('A function that skips an event by returning false')),
})

const subscriptionConfig = object({
  stream_name: optional(string('Accepted and ignored: a handler receives the subscriptions of all streams')),
  condition_function_id: optional(string('Accepted and ignored')),
})

const subject = optional(string('The item; null for the whole group'))

const message = object({
  type: string('Always `stream`'),
  timestamp: integer('int64', 'Milliseconds since 1970'),
  streamName: string(),
  groupId: string(),
  id: subject,
  event: any('What happened: its `type` is create, update, delete or event'),
})

const subscription = object({
  subscription_id: string(),
  stream_name: string(),
  group_id: string(),
  id: subject,
  context: any('The result of the auth function; null without one'),
})

export class StreamTriggers {
  readonly #host: EngineHost
  readonly #onWatched: (streamName: string) => void
  readonly #changes = new BoundTriggers<Filter>()
  readonly #joins = new BoundTriggers<undefined>()
  readonly #leaves = new BoundTriggers<undefined>()
  readonly #firings: WriteFirings
  /** Whether the warning about unchecked joins has been logged. */
  #warned = false

  /** @param onWatched called with the stream of each `stream` trigger that is bound. */
  constructor(host: EngineHost, onWatched: (streamName: string) => void = () => undefined) {
    this.#host = host
    this.#onWatched = onWatched
    this.#firings = new WriteFirings(host, 'stream_triggers')
  }

  /** Starts the handlers of one change or event and returns at once. */
  fire(message: StreamMessage, trace: Trace): void {
    const bindings = this.#changes.matching(
      ({ stream_name, group_id = message.groupId, item_id = message.id }) =>
        stream_name === message.streamName && group_id === message.groupId && item_id === message.id,
    )
    if (bindings.length > 0) this.#firings.start(bindings, payloadOf(message), trace)
  }

  /**
   * Whether a join handler without limits is bound. One of a guarded session may refuse clients, but its approval is
   * not sufficient.
   */
  get hasJoinHandler(): boolean {
    return this.#joins.some(({ access }) => access === undefined)
  }

  /** Logs once that clients join unchecked. */
  warnIfOpen(): void {
    if (this.#warned || this.hasJoinHandler) return
    this.#warned = true
    const text = 'No `stream:join` trigger is bound, so clients may join every stream; `auth_required` refuses them'
    this.#host.log.warn({ setting: 'iii-stream.local.auth_required' }, text)
  }

  /**
   * Calls the join handlers in turn, until one refuses with `{ "unauthorized": true }`.
   * @throws the error of a handler, or the reason of the signal; further handlers are not called.
   */
  async mayJoin(event: SubscriptionEvent, signal: AbortSignal): Promise<boolean> {
    for (const binding of this.#joins.matching(() => true)) {
      const answer = await callBound(this.#host, binding, { data: event, metadata: binding.metadata, signal })
      if (isRecord(answer) && answer['unauthorized'] === true) return false
    }
    return true
  }

  /** Starts the leave handlers and returns at once. */
  left(event: SubscriptionEvent): void {
    const bindings = this.#leaves.matching(() => true)
    this.#firings.start(bindings, event, {})
  }

  stop(): void {
    for (const bound of [this.#changes, this.#joins, this.#leaves]) bound.clear()
    this.#firings.stop()
  }

  get types(): BuiltinTriggerType[] {
    return [
      triggerType({
        id: 'stream',
        description: 'Calls a function after an item was created, updated or deleted, and for events sent to a stream',
        config,
        request: message,
        bind: (binding, filter) => {
          this.#changes.add(binding, filter)
          this.#onWatched(filter.stream_name)
        },
        unbind: (binding) => this.#changes.remove(binding),
      }),
      subscriptionType('stream:join', 'Calls a function to decide whether a client may join a stream', this.#joins),
      subscriptionType('stream:leave', 'Calls a function after a client has left a stream', this.#leaves),
    ]
  }
}

function subscriptionType(id: string, description: string, bound: BoundTriggers<undefined>): BuiltinTriggerType {
  return triggerType({
    id,
    description,
    config: subscriptionConfig,
    request: subscription,
    // These types ignore the config, including conditions.
    bind: (binding: Binding) => bound.add({ ...binding, config: undefined }, undefined),
    unbind: (binding) => bound.remove(binding),
  })
}
