/**
 * Settings of `iii-pubsub`. There is one adapter here, the local one; engines that share topics need another broker.
 */
import { optional, record } from '../../../wire/protocol/validate.js'
import { oneOf, parseSettings } from '../../config/builtin-config.js'

/** What `iii-pubsub` can be told: nothing beyond its adapter's name so far. */
export interface PubSubConfig {
  readonly adapter: 'local'
}

/**
 * Reads the `config` of `iii-pubsub`; absent means the defaults.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, what was seen and what is accepted.
 */
export function parsePubSubConfig(config: unknown): PubSubConfig {
  const { adapter } = parseSettings('iii-pubsub', { adapter: optional(record) }, config)
  const shape = { name: optional(oneOf('local')), config: optional(record) }
  const { name = 'local', config: inner } = parseSettings('iii-pubsub.adapter', shape, adapter)
  parseSettings('iii-pubsub.adapter.config', {}, inner)
  return { adapter: name }
}
