/** The trigger type `configuration`: fires when a configuration is registered, changed or removed. */
import type { Binding, BuiltinTriggerType, EngineHost } from '../builtin.js'
import type { Trace } from '../../triggers/fire.js'
import { WriteFirings } from '../../triggers/write-firings.js'
import type { ConfigurationEvent } from './configurations.js'
import { triggerType } from '../../declare/function.js'
import { any, described, list, named, object, oneOf, optional, string } from '../../declare/schema.js'

const EVENT_TYPES = ['configuration:registered', 'configuration:updated', 'configuration:deleted'] as const

const eventType = named('ConfigurationEventType', oneOf(EVENT_TYPES))

const config = object({
  configuration_id: optional(string('Default: every configuration')),
  event_types: optional(list(eventType, 'Default: all')),
  condition_function_id: optional(string('A function that skips an event by returning false')),
})

const event = object({
  type: string('Always `configuration`'),
  event_type: described(eventType, 'What happened'),
  id: string(),
  name: string(),
  description: string(),
  schema: any('JSON Schema of the value'),
  old_value: optional(any('The value before')),
  new_value: optional(any('The value after')),
  metadata: optional(any('Metadata of the registration')),
})

interface Bound {
  readonly binding: Binding
  /** All configurations if it names none. */
  readonly configurationId: string | undefined
  readonly eventTypes: readonly string[]
}

export class ConfigurationTriggers {
  readonly type: BuiltinTriggerType
  readonly #firings: WriteFirings
  readonly #bound = new Map<string, Bound>()

  constructor(host: EngineHost) {
    this.#firings = new WriteFirings(host, 'configuration_triggers')
    this.type = triggerType({
      id: 'configuration',
      description: 'Calls a function when a configuration is registered, updated or deleted',
      config,
      request: event,
      bind: (binding, { configuration_id: configurationId, event_types: eventTypes = EVENT_TYPES }) => {
        this.#bound.set(binding.id, { binding, configurationId, eventTypes })
      },
      unbind: ({ id }) => {
        this.#bound.delete(id)
      },
    })
  }

  fire(event: ConfigurationEvent, trace: Trace): void {
    const payload = payloadOf(event)
    const fitting = [...this.#bound.values()].filter(
      ({ configurationId = payload.id, eventTypes }) =>
        configurationId === payload.id && eventTypes.includes(payload.event_type),
    )
    const bindings = fitting.map(({ binding }) => binding)
    this.#firings.start(bindings, payload, trace)
  }

  stop(): void {
    this.#firings.stop()
  }
}

function payloadOf({ kind, entry, oldValue }: ConfigurationEvent) {
  const { id, name, description, schema, value, metadata } = entry
  return {
    type: 'configuration',
    event_type: `configuration:${kind}`,
    id,
    name,
    description,
    schema,
    old_value: oldValue,
    new_value: value,
    ...(metadata === undefined ? {} : { metadata }),
  }
}
