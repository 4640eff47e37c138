/** Reads the options of what listens: ports, and the web pages and host names that are trusted. */
import { hostList, originList, type OriginRules } from '../../engine/access/origins.js'
import { describe } from '../../std/text/describe.js'
import type { Field } from '../../wire/protocol/validate.js'
import { UsageError } from '../command.js'

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
