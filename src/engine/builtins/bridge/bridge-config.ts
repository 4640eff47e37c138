/** Settings of `iii-bridge`: another engine, and the functions that pass between it and this one. */
import { boolean, list, map, optional, string, wholeNumber, withDefault } from '../../declare/schema.js'
import { invalidConfig, parseSettings, section, setting } from '../../declare/settings.js'
import { describe } from '../../../std/text/describe.js'
import { addressWithoutCredentials } from '../../../std/text/without-credentials.js'
import { MAX_DELAY_MS } from '../../../std/time/clock.js'

/** Settings of `iii-bridge`. */
export interface BridgeConfig {
  readonly url: string
  /** Functions of the other engine, under ids of this one. */
  readonly forward: readonly ForwardedFunction[]
  /** Functions of this engine, under ids of the other one. */
  readonly expose: readonly { readonly local: string; readonly remote: string }[]
  /** Whether calls of functions that are not registered here go to the other engine. */
  readonly forwardsUnknown: boolean
  /** The namespace of exposed functions on the other engine. Default: `default`. */
  readonly namespace: string | undefined
  /** Headers of the handshake with the other engine, such as a token. */
  readonly headers: Readonly<Record<string, string>> | undefined
}

export interface ForwardedFunction {
  readonly local: string
  readonly remote: string
  readonly timeoutMs: number | undefined
}

/** The address of an engine. */
export const engineUrl = setting<string>('the URL of an engine, such as wss://engine.example', isEngineUrl, {
  pattern: '^wss?://[^\\s/?#]',
  type: 'string',
})

function isEngineUrl(value: unknown): value is string {
  return typeof value === 'string' && /^wss?:\/\//.test(value) && URL.canParse(value)
}

const id = setting<string>('the id of a function', (value) => typeof value === 'string' && value !== '', {
  minLength: 1,
  type: 'string',
})

export const bridgeSettings = {
  config: section({
    url: optional(engineUrl),
    forward: withDefault(
      list(
        section({
          local_function: id,
          remote_function: id,
          timeout_ms: optional(wholeNumber(1, MAX_DELAY_MS, 'Time limit of a call')),
        }),
        'Functions of the other engine',
      ),
      [],
    ),
    expose: withDefault(
      list(
        section({ local_function: id, remote_function: optional(string('Default: the id here')) }),
        'Functions that the other engine can call',
      ),
      [],
    ),
  }),
  local: section({
    forward_unknown: withDefault(boolean('Sends calls of functions that are not registered here'), false),
    namespace: optional(string('The namespace of exposed functions on the other engine')),
    headers: optional(map(string(), 'Headers of the handshake with the other engine, such as `authorization`')),
  }),
}

/**
 * Reads the `config` and `local` of `iii-bridge`. Without `url`, the environment variable `III_URL` names the engine.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseBridgeConfig(config: unknown, local?: unknown): BridgeConfig {
  const given = parseSettings('iii-bridge', bridgeSettings.config.members, config)
  const own = parseSettings('iii-bridge.local', bridgeSettings.local.members, local)
  const url = given.url ?? process.env['III_URL']
  if (!isEngineUrl(url)) {
    const shown = typeof url === 'string' ? addressWithoutCredentials(url) : url
    throw invalidConfig(`iii-bridge.url must be ${engineUrl.expected}, got ${describe(shown)}`)
  }
  const forward = given.forward.map(({ local_function, remote_function, timeout_ms }) => ({
    local: local_function,
    remote: remote_function,
    timeoutMs: timeout_ms ?? undefined,
  }))
  const twice = forward.find(({ local: name }, index) => forward.findIndex((one) => one.local === name) !== index)
  if (twice !== undefined) throw invalidConfig(`iii-bridge.forward lists ${describe(twice.local)} twice`)
  return {
    url,
    forward,
    expose: given.expose.map(({ local_function, remote_function }) => ({
      local: local_function,
      remote: remote_function ?? local_function,
    })),
    forwardsUnknown: own.forward_unknown,
    namespace: own.namespace,
    headers: own.headers ?? undefined,
  }
}
