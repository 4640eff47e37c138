/** Settings of `iii-pubsub`. The only adapter is the local one; engines that share topics need another broker. */
import { oneOf, optional, record } from '../../declare/schema.js'
import { parseSettings } from '../../declare/settings.js'

/** Settings of `iii-pubsub`: only the name of its adapter so far. */
export interface PubSubConfig {
  readonly adapter: 'local'
}

/**
 * Reads the `config` of `iii-pubsub`; absent means the defaults.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parsePubSubConfig(config: unknown): PubSubConfig {
  const { adapter } = parseSettings('iii-pubsub', { adapter: optional(record()) }, config)
  const shape = { name: optional(oneOf(['local'])), config: optional(record()) }
  const { name = 'local', config: inner } = parseSettings('iii-pubsub.adapter', shape, adapter)
  parseSettings('iii-pubsub.adapter.config', {}, inner)
  return { adapter: name }
}
