/** Settings of `iii-pubsub`. The only adapter is the local one; engines that share topics need another broker. */
import { oneOf, optional } from '../../declare/schema.js'
import { atStart, parseSettings, section } from '../../declare/settings.js'

/** Settings of `iii-pubsub`: only the name of its adapter so far. */
export interface PubSubConfig {
  readonly adapter: 'local'
}

const adapter = section({ name: optional(oneOf(['local'])), config: optional(section({})) })

export const pubSubSettings = {
  config: section({ adapter: atStart(optional(adapter)) }, 'Settings of topics without storage; none may be changed'),
  local: section({}),
}

/**
 * Reads the `config` of `iii-pubsub`; absent means the defaults.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parsePubSubConfig(config: unknown): PubSubConfig {
  const { adapter } = parseSettings('iii-pubsub', pubSubSettings.config.members, config)
  return { adapter: adapter?.name ?? 'local' }
}
