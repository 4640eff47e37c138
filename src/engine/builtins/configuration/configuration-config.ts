/**
 * Settings of `configuration`. This engine keeps configurations in memory for as long as it runs, so there is no
 * adapter to choose.
 */
import { optional } from '../../../wire/protocol/validate.js'
import { MAX_DELAY_MS } from '../../../std/time/clock.js'
import { parseSettings, wholeNumber } from '../../config/builtin-config.js'
import { strings } from '../../config/builtin-fields.js'

/** What `configuration` can be told. */
export interface ConfigurationConfig {
  /** How long a configuration is kept after it was last registered or set; `undefined`: as long as the engine runs. */
  readonly ttlMs: number | undefined
  /** Environment variables that placeholders in values may name. Default: none. */
  readonly exposeEnv: readonly string[]
}

/** The longest a timer can wait. */
const MAX_TTL_SECONDS = Math.floor(MAX_DELAY_MS / 1000)

/**
 * Reads the `config` and `local` of `configuration`; absent means that nothing is ever removed.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, what was seen and what is accepted.
 */
export function parseConfigurationConfig(config: unknown, local?: unknown): ConfigurationConfig {
  const shape = { ttl_seconds: optional(wholeNumber(0, MAX_TTL_SECONDS)) }
  const { ttl_seconds: seconds = 0 } = parseSettings('configuration', shape, config)
  const { expose_env: exposeEnv = [] } = parseSettings('configuration.local', { expose_env: optional(strings) }, local)
  return { ttlMs: seconds === 0 ? undefined : seconds * 1000, exposeEnv }
}
