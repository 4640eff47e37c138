/**
 * Lists the built-ins of the engine by their names in a configuration file. A new built-in needs its folder and one
 * line here.
 */
import type { Builtin, EngineHost } from './builtin.js'
import { createConfigurationBuiltin } from './configuration/configuration-builtin.js'
import { configurationSettings, parseConfigurationConfig } from './configuration/configuration-config.js'
import { createCronBuiltin } from './cron/cron-builtin.js'
import { cronSettings, parseCronConfig } from './cron/cron-config.js'
import { createHttpBuiltin } from './http/http-builtin.js'
import { httpSettings, parseHttpConfig } from './http/http-config.js'
import { createHttpFunctionsBuiltin } from './http-functions/http-functions-builtin.js'
import { httpFunctionsSettings, parseHttpFunctionsConfig } from './http-functions/http-functions-config.js'
import { originSettings, type OriginRules } from '../access/origins.js'
import { createObservabilityBuiltin } from './observability/observability-builtin.js'
import { observabilitySettings, parseObservabilityConfig } from './observability/observability-config.js'
import { createStateBuiltin } from './state/state-builtin.js'
import { stateSettings, parseStateConfig } from './state/state-config.js'
import { createStreamBuiltin } from './stream/stream-builtin.js'
import { streamSettings, parseStreamConfig } from './stream/stream-config.js'
import { createQueueBuiltin } from './queue/queue-builtin.js'
import { queueSettings, parseQueueConfig } from './queue/queue-config.js'
import { pubSubSettings, parsePubSubConfig } from './pubsub/pubsub-config.js'
import { createPubSubBuiltin } from './pubsub/pubsub-builtin.js'
import { parseSettings, type SettingShapes } from '../declare/settings.js'

/** Creates a built-in once the engine exists, with validated settings. */
export type MakeBuiltin = (host: EngineHost) => Builtin

/**
 * Reads the settings of a built-in: `config` holds those that the distributed engine reads too, `local` those of the
 * local engine only. Throws `INVALID_CONFIG` for any unknown key.
 */
type ReadSettings = (config: unknown, local: unknown) => MakeBuiltin

interface ConfigurableBuiltin {
  readonly settings: SettingShapes
  readonly read: ReadSettings
}

export const builtins: Readonly<Record<string, ConfigurableBuiltin>> = {
  'iii-http': { settings: httpSettings, read: withLocal(parseHttpConfig, createHttpBuiltin) },
  'iii-stream': { settings: streamSettings, read: withLocal(parseStreamConfig, createStreamBuiltin) },
  'iii-state': {
    settings: stateSettings,
    read: withoutLocal('iii-state', parseStateConfig, createStateBuiltin),
  },
  'iii-cron': { settings: cronSettings, read: withoutLocal('iii-cron', parseCronConfig, createCronBuiltin) },
  'iii-http-functions': {
    settings: httpFunctionsSettings,
    read: withLocal(parseHttpFunctionsConfig, createHttpFunctionsBuiltin),
  },
  'iii-queue': { settings: queueSettings, read: withoutLocal('iii-queue', parseQueueConfig, createQueueBuiltin) },
  'iii-pubsub': { settings: pubSubSettings, read: withoutLocal('iii-pubsub', parsePubSubConfig, createPubSubBuiltin) },
  configuration: {
    settings: configurationSettings,
    read: withLocal(parseConfigurationConfig, createConfigurationBuiltin),
  },
  'iii-observability': {
    settings: observabilitySettings,
    read: withoutLocal('iii-observability', parseObservabilityConfig, createObservabilityBuiltin),
  },
}

/** Newer names of the same built-ins; a file lists each under one of its names. */
export const SUCCESSORS: ReadonlyMap<string, string> = new Map(
  ['http', 'state', 'cron', 'queue', 'pubsub'].map((name) => [name, `iii-${name}`]),
)

/** Parts of the distributed engine that the local engine does not support, and the reason. */
export const ABSENT: ReadonlyMap<string, string> = new Map([
  ['iii-exec', 'start other processes beside the engine'],
  ['iii-bridge', 'connect workers to this engine directly'],
])

/** Accepted in a file with any settings, without effect: the local engine sends no usage reports. */
export const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['iii-telemetry'])

/** Served even if no file names them. */
export const ALWAYS_SERVED: readonly string[] = ['iii-observability', 'configuration']

/** Ports of the built-ins that are served without a file. */
export interface DefaultPorts {
  /** For HTTP triggers. Default 3111. */
  readonly httpPort?: number | undefined
  /** For browsers that follow streams. Default 3112. */
  readonly streamPort?: number | undefined
}

interface ServedByDefault {
  readonly name: string
  readonly port?: keyof DefaultPorts
  /** Whether it stores values that may outlive the process. */
  readonly stores?: boolean
  /** Its local settings for the pages and hosts that the operator trusts. */
  readonly local?: (rules: OriginRules) => object
}

/** Served if there is no file. */
export const SERVED_BY_DEFAULT: readonly ServedByDefault[] = [
  { name: 'iii-http', port: 'httpPort', local: ({ allowedOrigins }) => ({ allowed_origins: allowedOrigins }) },
  { name: 'iii-stream', port: 'streamPort', stores: true, local: originSettings },
  { name: 'iii-state', stores: true },
  { name: 'iii-cron' },
  { name: 'iii-pubsub' },
  { name: 'iii-queue', stores: true },
]

type Create<T> = (host: EngineHost, settings: T) => Builtin

/** A built-in with settings of the local engine only. */
function withLocal<T>(parse: (config: unknown, local: unknown) => T, create: Create<T>): ReadSettings {
  return (config, local) => {
    const settings = parse(config, local)
    return (host) => create(host, settings)
  }
}

/** A built-in with only the settings of the distributed engine. */
function withoutLocal<T>(name: string, parse: (config: unknown) => T, create: Create<T>): ReadSettings {
  return withLocal((config, local) => {
    parseSettings(`${name}.local`, {}, local)
    return parse(config)
  }, create)
}
