/** Reads the options of an engine's network: ports, the web pages and host names that are trusted, the collector. */
import { hostList, originList, type OriginRules } from '../../../engine/access/origins.js'
import type { EngineAddresses } from '../../../engine/config/config.js'
import { describe } from '../../../std/text/describe.js'
import { addressWithoutCredentials } from '../../../std/text/without-credentials.js'
import { isHttpAddress } from '../../../wire/otlp/otlp-settings.js'
import type { Field } from '../../../wire/protocol/validate.js'
import { UsageError, type Values } from '../../command.js'
import type { engineOptions } from '../../options.js'
import { parseHeaders } from '../../parse.js'

interface Given {
  readonly 'allow-origin'?: string[] | undefined
  readonly 'allow-host'?: string[] | undefined
}

/** @throws {UsageError} naming the option. */
export function parsePort(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value)
  throw new UsageError(`${option} must be a port from 0 to 65535, got ${describe(value)}`)
}

/** @throws {UsageError} naming the option, the accepted values, and the value received. */
export function parseTrust(values: Given): OriginRules {
  return {
    allowedOrigins: checked('--allow-origin', originList, values['allow-origin']),
    allowedHosts: checked('--allow-host', hostList, values['allow-host']),
  }
}

function checked(option: string, { accepts, expected }: Field<readonly string[]>, given: readonly string[] = []) {
  const wrong = given.find((each) => !accepts([each]))
  if (wrong === undefined) return given
  throw new UsageError(`${option} must be ${expected.replace('a list of', 'one of')}; got ${describe(wrong)}`)
}

/** @throws {UsageError} naming the option; messages show no header. */
export function parseCollector({
  otlp,
  'otlp-header': lines,
}: Values<typeof engineOptions>): Pick<EngineAddresses, 'otlp' | 'otlpHeaders'> {
  if (otlp === undefined) {
    if (lines === undefined) return {}
    throw new UsageError('--otlp-header needs --otlp, which names the collector')
  }
  if (isHttpAddress(otlp)) return { otlp, otlpHeaders: lines && parseHeaders('--otlp-header', lines) }
  const seen = describe(addressWithoutCredentials(otlp))
  throw new UsageError(`--otlp must be an http:// or https:// address, such as http://127.0.0.1:4318; got ${seen}`)
}
