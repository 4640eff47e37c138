/** The trigger type `configuration`: fires when a configuration is registered, changed or removed. */
import { isRecord } from '../../../wire/protocol/validate.js'
import { describe } from '../../../std/text/describe.js'
import type { Binding, BuiltinTriggerType, EngineHost } from '../builtin.js'
import type { Trace } from '../../triggers/fire.js'
import { WriteFirings } from '../../triggers/write-firings.js'
import type { ConfigurationEvent } from './configurations.js'

const EVENT_TYPES = ['configuration:registered', 'configuration:updated', 'configuration:deleted']

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
    this.type = {
      id: 'configuration',
      description: 'Calls a function when a configuration is registered, updated or deleted',
      configurationSchema,
      requestSchema,
      bind: (binding) => {
        this.#bound.set(binding.id, boundOf(binding))
      },
      unbind: ({ id }) => {
        this.#bound.delete(id)
      },
    }
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

function boundOf(binding: Binding): Bound {
  const config = isRecord(binding.config) ? binding.config : {}
  const configurationId = config['configuration_id'] ?? undefined
  if (configurationId !== undefined && typeof configurationId !== 'string') {
    throw new Error(`\`configuration_id\` must be a string, got ${describe(configurationId)}`)
  }
  return { binding, configurationId, eventTypes: eventTypesIn(config['event_types'] ?? EVENT_TYPES) }
}

function eventTypesIn(value: unknown): readonly string[] {
  const isKnown = (item: unknown): item is string => EVENT_TYPES.some((type) => type === item)
  if (Array.isArray(value) && value.every(isKnown)) return value
  throw new Error(`\`event_types\` must be a list of ${EVENT_TYPES.join(', ')}, got ${JSON.stringify(value)}`)
}

const configurationSchema = {
  type: 'object',
  properties: {
    configuration_id: { type: 'string', description: 'Default: every configuration' },
    event_types: { type: 'array', items: { enum: EVENT_TYPES }, description: 'Default: all' },
    condition_function_id: { type: 'string', description: 'Skips an event by returning false' },
  },
}

const requestSchema = {
  type: 'object',
  properties: {
    type: { const: 'configuration' },
    event_type: { enum: EVENT_TYPES },
    id: { type: 'string' },
    name: { type: 'string' },
    description: { type: 'string' },
    schema: {},
    old_value: {},
    new_value: {},
    metadata: {},
  },
  required: ['type', 'event_type', 'id'],
}
