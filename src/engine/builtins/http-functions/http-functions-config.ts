/** Settings of `iii-http-functions`: the servers that may run functions. */
import { boolean, list, optional, string, withDefault } from '../../declare/schema.js'
import { parseSettings, section } from '../../declare/settings.js'

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

const security = section({
  url_allowlist: withDefault(list(string(), 'Patterns for host names; `*` stands for any text'), ['*']),
  block_private_ips: withDefault(boolean('Refuses addresses of this machine and of private networks'), true),
  require_https: withDefault(boolean('Refuses plain `http:`'), true),
})

export const httpFunctionsSettings = {
  config: section({ security: optional(security) }),
  local: section({
    expose_env: withDefault(list(string(), 'Environment variables for secrets of workers on guarded listeners'), []),
  }),
}

/**
 * Reads the `config` and `local` of `iii-http-functions`; absent means the defaults.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseHttpFunctionsConfig(config: unknown, local?: unknown): HttpFunctionsConfig {
  const name = 'iii-http-functions'
  const given = parseSettings(name, httpFunctionsSettings.config.members, config)
  const { expose_env: exposeEnv } = parseSettings(`${name}.local`, httpFunctionsSettings.local.members, local)
  const rules = given.security ?? parseSettings(`${name}.security`, security.members, undefined)
  return {
    exposeEnv,
    urlAllowlist: rules.url_allowlist,
    blockPrivateIps: rules.block_private_ips,
    requireHttps: rules.require_https,
  }
}
