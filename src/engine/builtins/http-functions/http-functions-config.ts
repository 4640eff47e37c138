/** Settings of `iii-http-functions`: the servers that may run functions. */
import { boolean, list, optional, string } from '../../declare/schema.js'
import { parseSettings, section, type SettingShapes } from '../../declare/settings.js'

export interface HttpFunctionsConfig {
  /** Patterns for host names, in which `*` stands for any text. Default: all. */
  readonly urlAllowlist: readonly string[]
  /** Refuses addresses of this machine and of private networks. Default true. */
  readonly blockPrivateIps: boolean
  /** Refuses plain `http:`. Default true. */
  readonly requireHttps: boolean
  /** Environment variables that workers of a guarded listener may use as secrets. Default: none. */
  readonly exposeEnv: readonly string[]
}

const securityShape = {
  url_allowlist: optional(list(string())),
  block_private_ips: optional(boolean()),
  require_https: optional(boolean()),
}
const shape = { security: optional(section(securityShape)) }
const localShape = { expose_env: optional(list(string())) }

export const httpFunctionsSettings: SettingShapes = { config: shape, local: localShape }

/**
 * Reads the `config` and `local` of `iii-http-functions`; absent means the defaults.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseHttpFunctionsConfig(config: unknown, local?: unknown): HttpFunctionsConfig {
  const { security } = parseSettings('iii-http-functions', shape, config)
  const given = parseSettings('iii-http-functions.security', securityShape, security)
  const own = parseSettings('iii-http-functions.local', localShape, local)
  return {
    exposeEnv: own.expose_env ?? [],
    urlAllowlist: given.url_allowlist ?? ['*'],
    blockPrivateIps: given.block_private_ips ?? true,
    requireHttps: given.require_https ?? true,
  }
}
