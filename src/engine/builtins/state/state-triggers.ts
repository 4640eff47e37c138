/** The trigger type `state`: fires for each write that changed a value. Knows nothing of storage. */
import { withTextMembers } from '../../../wire/protocol/json-text.js'
import { optional, string } from '../../../wire/protocol/validate.js'
import { BoundTriggers, readTriggerConfig } from '../../triggers/bound-triggers.js'
import type { BuiltinTriggerType, EngineHost } from '../builtin.js'
import type { Trace } from '../../triggers/fire.js'
import type { Stored } from '../../storage/store.js'
import { WriteFirings } from '../../triggers/write-firings.js'

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

const filterShape = { scope: optional(string), key: optional(string), condition_function_id: optional(string) }

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
    return {
      id: 'state',
      description: 'Calls a function after a value was created, updated or deleted',
      configurationSchema,
      requestSchema,
      bind: (binding) => this.#bound.add(binding, readTriggerConfig(binding, filterShape)),
      unbind: (binding) => this.#bound.remove(binding),
    }
  }
}

/** The payload of a handler; text if a value is large. */
function eventOf({ scope, key, oldValue, newValue }: StateChange): unknown {
  const event_type =
    newValue === undefined ? 'state:deleted' : oldValue === undefined ? 'state:created' : 'state:updated'
  const values = { old_value: oldValue ?? null, new_value: newValue ?? null }
  return withTextMembers({ type: 'state', event_type, scope, key, ...values })
}

const configurationSchema = {
  type: 'object',
  properties: {
    scope: { type: 'string', description: 'Only this scope; absent: any' },
    key: { type: 'string', description: 'Only this key; absent: any' },
    condition_function_id: { type: 'string', description: 'Skips an event by returning false' },
  },
}

const requestSchema = {
  type: 'object',
  properties: {
    type: { const: 'state' },
    event_type: { enum: ['state:created', 'state:updated', 'state:deleted'] },
    scope: { type: 'string' },
    key: { type: 'string' },
    old_value: { description: 'null if there was none' },
    new_value: { description: 'null if the value was removed' },
  },
  required: ['type', 'event_type', 'scope', 'key', 'old_value', 'new_value'],
}
