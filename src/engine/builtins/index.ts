/**
 * Lists the built-ins of the engine by their names in a configuration file. A new built-in needs its folder and one
 * line here.
 */
import { LiveSettings } from '../config/live-settings.js'
import type { Builtin, BuiltinFunction, EngineHost, LiveBuiltin } from './builtin.js'
import { createConfigurationBuiltin } from './configuration/configuration-builtin.js'
import { configurationSettings, parseConfigurationConfig } from './configuration/configuration-config.js'
import { createCronBuiltin } from './cron/cron-builtin.js'
import { cronSettings, parseCronConfig } from './cron/cron-config.js'
import { createBridgeBuiltin } from './bridge/bridge-builtin.js'
import { bridgeSettings, parseBridgeConfig } from './bridge/bridge-config.js'
import { createExecBuiltin } from './exec/exec-builtin.js'
import { execSettings, parseExecConfig } from './exec/exec-config.js'
import { createHttpBuiltin } from './http/http-builtin.js'
import { httpSettings, parseHttpConfig } from './http/http-config.js'
import { createHttpFunctionsBuiltin } from './http-functions/http-functions-builtin.js'
import { httpFunctionsSettings, parseHttpFunctionsConfig } from './http-functions/http-functions-config.js'
import { originSettings, type OriginRules } from '../access/origins.js'
import { createObservabilityBuiltin } from './observability/observability-builtin.js'
import { observabilitySettings, parseObservabilityConfig } from './observability/observability-config.js'
import { createStateBuiltin } from './state/state-builtin.js'
import { parseStateConfig, stateSettings } from './state/state-config.js'
import { createStreamBuiltin } from './stream/stream-builtin.js'
import { parseStreamConfig, streamSettings } from './stream/stream-config.js'
import { createQueueBuiltin } from './queue/queue-builtin.js'
import { parseQueueConfig, queueSettings } from './queue/queue-config.js'
import { parsePubSubConfig, pubSubSettings } from './pubsub/pubsub-config.js'
import { createPubSubBuiltin } from './pubsub/pubsub-builtin.js'
import { parseSettings, type SettingsDeclaration } from '../declare/settings.js'

/** Creates a built-in once the engine exists, with validated settings. */
export type MakeBuiltin = (host: EngineHost) => Builtin

/** A built-in by its name in a configuration file. */
export interface ServedBuiltin {
  readonly settings: SettingsDeclaration
  /** Reads its settings. Throws `INVALID_CONFIG` for any unknown key. */
  readonly read: (config: unknown, local: unknown) => MakeBuiltin
}

export const builtins: Readonly<Record<string, ServedBuiltin>> = {
  'iii-http': live('iii-http', { settings: httpSettings, read: parseHttpConfig, create: createHttpBuiltin }),
  'iii-stream': live('iii-stream', { settings: streamSettings, read: parseStreamConfig, create: createStreamBuiltin }),
  'iii-state': live('iii-state', { settings: stateSettings, read: parseStateConfig, create: createStateBuiltin }),
  'iii-cron': live('iii-cron', { settings: cronSettings, read: parseCronConfig, create: createCronBuiltin }),
  'iii-http-functions': served('iii-http-functions', {
    settings: httpFunctionsSettings,
    read: parseHttpFunctionsConfig,
    create: createHttpFunctionsBuiltin,
  }),
  'iii-queue': live('iii-queue', { settings: queueSettings, read: parseQueueConfig, create: createQueueBuiltin }),
  'iii-pubsub': live('iii-pubsub', { settings: pubSubSettings, read: parsePubSubConfig, create: createPubSubBuiltin }),
  configuration: served('configuration', {
    settings: configurationSettings,
    read: parseConfigurationConfig,
    create: createConfigurationBuiltin,
  }),
  'iii-bridge': served('iii-bridge', {
    settings: bridgeSettings,
    read: parseBridgeConfig,
    create: createBridgeBuiltin,
  }),
  'iii-exec': served('iii-exec', { settings: execSettings, read: parseExecConfig, create: createExecBuiltin }),
  'iii-observability': live('iii-observability', {
    settings: observabilitySettings,
    read: parseObservabilityConfig,
    create: createObservabilityBuiltin,
  }),
}

/** Newer names of the same built-ins; a file lists each under one of its names. */
export const SUCCESSORS: ReadonlyMap<string, string> = new Map(
  ['http', 'state', 'cron', 'queue', 'pubsub'].map((name) => [name, `iii-${name}`]),
)

/** Accepted in a file with any settings, without effect: the local engine sends no usage reports. */
export const WITHOUT_EFFECT: ReadonlySet<string> = new Set(['iii-telemetry'])

/** Starts after all others, and stops before them: its processes are clients of the engine. */
export const STARTS_LAST = 'iii-exec'

/** Served even if no file names them. */
export const ALWAYS_SERVED: readonly string[] = ['iii-observability', 'configuration']

/** Ports without a configuration file. */
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

interface Serving<T, B extends Builtin> {
  readonly settings: SettingsDeclaration
  readonly read: (config: unknown, local: unknown) => T
  readonly create: (host: EngineHost, settings: T) => B
}

/** A built-in whose settings never change. */
function served<T>(name: string, { settings, read, create }: Serving<T, Builtin>): ServedBuiltin {
  return {
    settings,
    read: (config, local) => {
      parseSettings(`${name}.local`, settings.local.members, local)
      const given = read(config, local)
      return (host) => create(host, given)
    },
  }
}

/** A built-in whose settings are a configuration, which clients read and change. */
function live<T>(name: string, { settings, read, create }: Serving<T, LiveBuiltin<T>>): ServedBuiltin {
  const createLive = (host: EngineHost, { config, local, given }: Given<T>): Builtin => {
    const builtin = create(host, given)
    const { description, functions } = builtin
    const apply = (changed: unknown): void => builtin.reconfigure(read(changed, local))
    const own = new LiveSettings({ name, description, declared: settings.config, config, apply })
    host.liveSettings.push(own)
    // Some built-ins compute members, so they are kept as they are.
    return Object.assign(builtin, { functions: [...functions, onConfigChange(own)] })
  }
  return served(name, {
    settings,
    read: (config, local) => ({ config, local, given: read(config, local) }),
    create: createLive,
  })
}

/** Settings as they are written, and as a built-in reads them. */
interface Given<T> {
  readonly config: unknown
  readonly local: unknown
  readonly given: T
}

/** The function that the distributed engine calls after a change. Here a change has been applied before it is stored. */
function onConfigChange(settings: LiveSettings): BuiltinFunction {
  return {
    id: `${settings.name}::on-config-change`,
    description: `Applies the configuration ${settings.name} again`,
    // The distributed engine lists that of `iii-queue` among the functions for workers.
    ...(settings.name !== 'iii-queue' && { metadata: { internal: true } }),
    call: () => settings.set(settings.value),
  }
}
