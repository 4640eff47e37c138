/**
 * Settings of `configuration`. The local engine keeps configurations in memory until it stops, so there is no adapter.
 */
import { MAX_DELAY_MS } from '../../../std/time/clock.js'
import { list, optional, string, wholeNumber, withDefault } from '../../declare/schema.js'
import { parseSettings, section, setting } from '../../declare/settings.js'

/** Settings of `configuration`. */
export interface ConfigurationConfig {
  /** Retention of a configuration after it was last registered or set; `undefined`: until the engine stops. */
  readonly ttlMs: number | undefined
  /** Environment variables that placeholders in values may name. Default: none. */
  readonly exposeEnv: readonly string[]
}

/** The longest delay of a timer. */
const MAX_TTL_SECONDS = Math.floor(MAX_DELAY_MS / 1000)

export const configurationSettings = {
  config: section({
    adapter: optional(
      setting<never>('left out, as this engine keeps configurations in memory', () => false, { not: {} }),
    ),
    ttl_seconds: withDefault(
      wholeNumber(0, MAX_TTL_SECONDS, 'Retention after it was last registered or set; 0: until the engine stops'),
      0,
    ),
  }),
  local: section({
    expose_env: withDefault(list(string(), 'Environment variables that placeholders in values may read'), []),
  }),
}

/**
 * Reads the `config` and `local` of `configuration`. Without them, configurations are never removed.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseConfigurationConfig(config: unknown, local?: unknown): ConfigurationConfig {
  const { ttl_seconds: seconds } = parseSettings('configuration', configurationSettings.config.members, config)
  const { expose_env: exposeEnv } = parseSettings('configuration.local', configurationSettings.local.members, local)
  return { ttlMs: seconds === 0 ? undefined : seconds * 1000, exposeEnv }
}
