/**
 * `--allow-origin` and `--allow-host`: the web pages and host names that an engine without a configuration file trusts.
 */
import { hostList, originList, type OriginRules } from '../engine/access/origins.js'
import type { Field } from '../wire/protocol/validate.js'
import { describe } from '../std/text/describe.js'
import { UsageError } from './command.js'

export const trustOptions = {
  'allow-origin': { type: 'string', multiple: true },
  'allow-host': { type: 'string', multiple: true },
} as const

export const trustHelp = `  --allow-origin <o>   let web pages of this origin connect, such as https://app.example; may be given several times
                       (default: pages served by this machine)
  --allow-host <name>  let browsers reach the engine by this host name; may be given several times
                       (default: IP addresses and localhost)`

type Given = { readonly [Name in keyof typeof trustOptions]?: string[] | undefined }

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
