/** `configuration`: values that workers register with a schema, read and change at run time. */
import { ErrorCode, InvocationError } from '../../../errors.js'
import { messageOf } from '../../../std/text/describe.js'
import type { Builtin, BuiltinFunction, EngineHost } from '../builtin.js'
import { traceOf } from '../../triggers/write-firings.js'
import type { ConfigurationConfig } from './configuration-config.js'
import { ConfigurationTriggers } from './configuration-triggers.js'
import { Configurations, type ConfigurationEntry } from './configurations.js'
import { exposedVariables, type Environment } from '../../config/expand-variables.js'
import { expandValue } from './expand-value.js'
import { builtinFunction } from '../../declare/function.js'
import {
  any,
  boolean,
  list,
  named,
  object,
  optional,
  string,
  withDefault,
  type ObjectOf,
} from '../../declare/schema.js'

/** @param env the environment for placeholders that name an exposed variable; by default that of the process. */
export function createConfigurationBuiltin(
  host: EngineHost,
  { ttlMs, exposeEnv }: ConfigurationConfig,
  env: Environment = process.env,
): Builtin {
  const triggers = new ConfigurationTriggers(host)
  const configurations = new Configurations({
    clock: host.clock,
    lane: host.lane,
    ttlMs,
    counters: host.counters,
    onExpired: (event) => {
      triggers.fire(event, {})
    },
  })
  return {
    name: 'configuration',
    description: 'Stores configurations that workers register with a schema, and reports their changes',
    functions: [
      ...writers(configurations, triggers),
      ...readers(configurations, () => exposedVariables(env, exposeEnv)),
    ],
    triggerTypes: [triggers.type],
    start: () => {
      for (const settings of host.liveSettings) configurations.serve(settings)
      return Promise.resolve()
    },
    stop: () => {
      triggers.stop()
      configurations.stop()
      return Promise.resolve()
    },
  }
}

const id = string('Lower-case letters, digits, `_` and `-`; at most 64')
const head = { id, name: string('For people'), description: string() }
const view = { ...head, schema: any(), metadata: optional(any()) }

function writers(configurations: Configurations, triggers: ConfigurationTriggers): BuiltinFunction[] {
  return [
    builtinFunction({
      id: 'configuration::register',
      description:
        'Registers a configuration. Without an initial value, a present one is kept if it is valid against the schema',
      input: object({
        ...head,
        schema: any('JSON Schema of the value'),
        initial_value: optional(any('The value; it must be valid against the schema')),
        metadata: optional(any('Listed with the configuration')),
      }),
      output: object({
        ...head,
        schema: optional(any(), null),
        value: optional(any(), null),
        metadata: optional(any()),
      }),
      call: async ({ id, name, description, schema, initial_value, metadata }, context) => {
        const registration = { id, name, description, schema, ...(metadata === undefined ? {} : { metadata }) }
        const event = await configurations.register(registration, initial_value)
        triggers.fire(event, traceOf(context))
        return event.entry
      },
    }),
    builtinFunction({
      id: 'configuration::set',
      description: 'Replaces the value of a configuration',
      input: object({ id, value: any('The new value') }),
      output: object({ old_value: optional(any()), new_value: any() }),
      call: ({ id, value }, context) => {
        if (context.access !== undefined && configurations.isOfEngine(id)) throw forbidden(id)
        const event = configurations.set(id, value)
        triggers.fire(event, traceOf(context))
        return { old_value: event.oldValue, new_value: value }
      },
    }),
  ]
}

function readers(configurations: Configurations, exposed: () => Environment): BuiltinFunction[] {
  return [
    builtinFunction({
      id: 'configuration::get',
      description:
        'Returns a value, with `${VAR:default}` replaced by exposed environment variables unless `raw` is true',
      input: object({ id, raw: withDefault(boolean('Leaves placeholders as they are'), false) }),
      output: object({ id: string(), value: any() }),
      call: ({ id, raw }) => {
        const entry = found(configurations, id)
        configurations.requireValue(entry)
        const { value } = entry
        return { id, value: raw ? value : expanded(id, value, exposed()) }
      },
    }),
    builtinFunction({
      id: 'configuration::list',
      description: 'Lists all configurations, without their values',
      input: object({}),
      output: object({ configurations: list(named('ConfigurationSchemaView', object(view))) }),
      call: () => ({ configurations: configurations.all().map(rowOf) }),
    }),
    builtinFunction({
      id: 'configuration::schema',
      description: 'Describes one configuration, without its value',
      input: object({ id }),
      output: object(view),
      call: ({ id }) => rowOf(found(configurations, id)),
    }),
  ]
}

function rowOf({ id, name, description, schema, metadata }: ConfigurationEntry): ObjectOf<typeof view> {
  return { id, name, description, schema, metadata }
}

function found(configurations: Configurations, id: string): ConfigurationEntry {
  const entry = configurations.get(id)
  if (entry !== undefined) return entry
  throw new InvocationError({ code: ErrorCode.NOT_FOUND, message: `configuration '${id}' not found` })
}

function forbidden(id: string): InvocationError {
  const message = `Settings of the engine, such as '${id}', cannot be changed through a guarded listener`
  return new InvocationError({ code: ErrorCode.FORBIDDEN, message })
}

function expanded(id: string, value: unknown, env: Environment): unknown {
  try {
    return expandValue(value, env, `configuration '${id}'`)
  } catch (error) {
    const message = `${messageOf(error)}. A placeholder in a value reads only the variables that \`expose_env\` lists.`
    throw new InvocationError({ code: ErrorCode.EXPAND_FAILED, message }, { cause: error })
  }
}
