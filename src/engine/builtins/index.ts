/**
 * The list of everything the engine can serve itself, by the name a configuration file uses. A new built-in is its
 * folder and one line here.
 */
import type { Builtin, EngineHost } from '../builtin.js'
import { parsePubSubConfig } from './pubsub/pubsub-config.js'
import { createPubSubBuiltin } from './pubsub/pubsub-builtin.js'

/** Makes a built-in once the engine is there; its settings have been read and found good. */
export type MakeBuiltin = (host: EngineHost) => Builtin

/** Reads the settings of a built-in. Throws `INVALID_CONFIG` for any it does not know. */
export type ReadSettings = (config: unknown) => MakeBuiltin

export const builtins: Readonly<Record<string, ReadSettings>> = {
  'iii-pubsub': (config) => kind(parsePubSubConfig(config), createPubSubBuiltin),
}

function kind<T>(settings: T, create: (host: EngineHost, settings: T) => Builtin): MakeBuiltin {
  return (host) => create(host, settings)
}
