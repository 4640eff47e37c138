/** The trigger type `state`: fires for each write that changed a value. Knows nothing of storage. */
import { withTextMembers } from '../../../wire/protocol/json-text.js'
import { BoundTriggers } from '../../triggers/bound-triggers.js'
import type { BuiltinTriggerType, EngineHost } from '../builtin.js'
import type { Trace } from '../../triggers/fire.js'
import type { FieldType } from '../../../wire/protocol/validate.js'
import type { Stored } from '../../storage/store.js'
import { WriteFirings } from '../../triggers/write-firings.js'
import { triggerType } from '../../declare/function.js'
import { any, described, named, object, oneOf, optional, string } from '../../declare/schema.js'

/** A write that has been stored; `undefined` means no value. */
export interface StateChange {
  readonly scope: string
  readonly key: string
  readonly oldValue: Stored | undefined
  readonly newValue: Stored | undefined
}

interface Filter {
  readonly scope?: string | undefined
  readonly key?: string | undefined
}

const config = object({
  scope: optional(string('Only this scope; absent: any')),
  key: optional(string('Only this key; absent: any')),
  condition_function_id: optional(string('A function that skips an event by returning false')),
})

const eventType = named('StateEventType', oneOf(['state:created', 'state:updated', 'state:deleted']))
const event = object({
  type: string('Always `state`'),
  event_type: described(eventType, 'What happened to the value'),
  scope: string(),
  key: string(),
  old_value: optional(any('The value before; null if there was none')),
  new_value: any('The value after; null if it was removed'),
})

export class StateTriggers {
  readonly #bound = new BoundTriggers<Filter>()
  readonly #firings: WriteFirings

  constructor(host: EngineHost) {
    this.#firings = new WriteFirings(host, 'state_triggers')
  }

  /** Starts the handlers of one write and returns at once. */
  fire(change: StateChange, trace: Trace): void {
    const bindings = this.#bound.matching(
      ({ scope = change.scope, key = change.key }) => scope === change.scope && key === change.key,
    )
    if (bindings.length > 0) this.#firings.start(bindings, eventOf(change), trace)
  }

  stop(): void {
    this.#bound.clear()
    this.#firings.stop()
  }

  get type(): BuiltinTriggerType {
    return triggerType({
      id: 'state',
      description: 'Calls a function after a value was created, updated or deleted',
      config,
      request: event,
      bind: (binding, filter) => this.#bound.add(binding, filter),
      unbind: (binding) => this.#bound.remove(binding),
    })
  }
}

/** The payload of a handler; text if a value is large. */
function eventOf({ scope, key, oldValue, newValue }: StateChange): unknown {
  const event_type =
    newValue === undefined ? 'state:deleted' : oldValue === undefined ? 'state:created' : 'state:updated'
  const values = { old_value: oldValue ?? null, new_value: newValue ?? null }
  return withTextMembers({ type: 'state', event_type, scope, key, ...values })
}

/** The change that an event of another engine describes. */
export function changeOf(payload: unknown): StateChange | undefined {
  if (!event.accepts(payload)) return undefined
  const { scope, key, old_value: oldValue, new_value: newValue } = payload as FieldType<typeof event>
  // The values came through JSON; null means that there is none.
  return {
    scope,
    key,
    oldValue: (oldValue ?? undefined) as Stored | undefined,
    newValue: (newValue ?? undefined) as Stored | undefined,
  }
}
