/** Settings of `iii-pubsub`. The only adapter is the local one; engines that share topics need another broker. */
import { oneOf, optional } from '../../declare/schema.js'
import { parseSettings, section, type SettingShapes } from '../../declare/settings.js'

const adapterShape = { name: optional(oneOf(['local'])), config: optional(section({})) }
const shape = { adapter: optional(section(adapterShape)) }

export const pubSubSettings: SettingShapes = { config: shape, local: {} }

/** Settings of `iii-pubsub`: only the name of its adapter so far. */
export interface PubSubConfig {
  readonly adapter: 'local'
}

/**
 * Reads the `config` of `iii-pubsub`; absent means the defaults.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parsePubSubConfig(config: unknown): PubSubConfig {
  const { adapter } = parseSettings('iii-pubsub', shape, config)
  const { name = 'local', config: inner } = parseSettings('iii-pubsub.adapter', adapterShape, adapter)
  parseSettings('iii-pubsub.adapter.config', {}, inner)
  return { adapter: name }
}
