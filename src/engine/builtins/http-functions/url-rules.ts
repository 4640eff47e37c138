/**
 * Decides which URLs may be called. Host names are checked again when they are resolved, for the exact address that is
 * dialled. So a name that resolves differently the second time is still refused.
 */
import ipaddr from 'ipaddr.js'
import { lookup as lookupName } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { InvocationError } from '../../../errors.js'
import { compileGlob } from '../../access/glob.js'
import type { HttpFunctionsConfig } from './http-functions-config.js'

export class UrlRules {
  readonly #config: HttpFunctionsConfig
  readonly #allowed: readonly ((host: string) => boolean)[]

  constructor(config: HttpFunctionsConfig) {
    this.#config = config
    this.#allowed = config.urlAllowlist.map((pattern) => compileGlob(pattern.toLowerCase()))
  }

  /**
   * Checks a URL without resolving its host name.
   * @throws {InvocationError} `url_validation_failed`
   */
  check(text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) throw refused('Invalid URL')
    if (this.#config.requireHttps && url.protocol !== 'https:') throw refused('HTTPS is required')
    const host = hostOf(url)
    if (!this.#allowed.some((matches) => matches(host))) throw refused('URL not in allowlist')
    if (this.#config.blockPrivateIps && isIP(host) !== 0 && isPrivateAddress(host)) throw refused('Private IP blocked')
    return url
  }

  /** Resolves a host name for one connection; refuses private addresses where they are blocked. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    if (!this.#config.blockPrivateIps) {
      lookupName(hostname, options, callback)
      return
    }
    lookupName(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = error === null ? addresses : []
      if (first === undefined) callback(refused('DNS lookup failed'), '')
      else if (addresses.some(({ address }) => isPrivateAddress(address))) callback(refused('Private IP blocked'), '')
      else if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

/** The host of a URL without the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
}

function refused(message: string): InvocationError {
  return new InvocationError({ code: 'url_validation_failed', message })
}

/** Whether an IP address is anything but a public unicast address. An unreadable address counts as private. */
export function isPrivateAddress(address: string): boolean {
  const text = address.split('%', 1)[0] ?? address
  if (!ipaddr.isValid(text)) return true
  const parsed = ipaddr.parse(text)
  if (parsed.range() !== 'unicast') return true
  return parsed instanceof ipaddr.IPv6 && parsed.match(IPV4_COMPATIBLE)
}

/** IPv4 addresses in the oldest notation (RFC 4291 §2.5.5.1), which the library treats as unicast. */
const IPV4_COMPATIBLE = ipaddr.IPv6.parseCIDR('::/80')
