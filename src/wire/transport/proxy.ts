/** Connects through an HTTP proxy, and reads from the environment which proxy an address goes through. */
import type { Agent } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { env } from 'node:process'
import type * as HttpsProxyAgent from 'https-proxy-agent'
import { ErrorCode, RuntimeError } from '../../errors.js'
import { describeKind } from '../../std/text/describe.js'
import { requireModule } from '../../std/require-module.js'
import { addressWithoutCredentials } from '../../std/text/without-credentials.js'
import { isSecureAddress, isUnixAddress } from './address.js'
import type { DialRoute } from './ws-dial.js'

/** A proxy's address. @param origin the option or variable that names it. */
export function proxyUrl(given: unknown, origin: string): URL {
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined
  if (url !== undefined && ['http:', 'https:'].includes(url.protocol) && url.hostname !== '') return url
  const seen = typeof given === 'string' ? addressWithoutCredentials(given) : describeKind(given)
  const text = `${origin} must be the http:// or https:// address of a proxy, got ${seen}`
  throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text)
}

/** A route through a proxy. Its socket ends with the dial, even if the proxy never answers. */
export function proxyAgent(proxy: URL): DialRoute {
  const ended = new AbortController()
  const { HttpsProxyAgent } = proxyModule()
  // Passed on to the socket, which the agent does not reveal before the proxy has answered.
  const options = { signal: ended.signal } as HttpsProxyAgent.HttpsProxyAgentOptions<string>
  const agent: Agent = new HttpsProxyAgent(proxy, options)
  return { agent, proxy: addressWithoutCredentials(proxy.href), release: () => ended.abort() }
}

function proxyModule(): typeof HttpsProxyAgent {
  try {
    return requireModule('https-proxy-agent') as typeof HttpsProxyAgent
  } catch (cause) {
    const text =
      '`proxy` needs the package https-proxy-agent. Run `npm install https-proxy-agent`, or pass its agent as `agent`'
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text, { cause })
  }
}

/** The proxy that the environment names for an address. Lower-case variables take precedence, as in other programs. */
export function proxyFromEnvironment(address: string): URL | undefined {
  if (isUnixAddress(address) || isExcepted(new URL(address), variable('NO_PROXY')?.value ?? '')) return undefined
  const named = variable(isSecureAddress(address) ? 'HTTPS_PROXY' : 'HTTP_PROXY') ?? variable('ALL_PROXY')
  if (named === undefined) return undefined
  return proxyUrl(named.value.includes('://') ? named.value : `http://${named.value}`, named.name)
}

function variable(upper: string): { readonly name: string; readonly value: string } | undefined {
  for (const name of [upper.toLowerCase(), upper]) {
    const value = env[name]?.trim()
    if (value !== undefined && value !== '') return { name, value }
  }
  return undefined
}

/**
 * Whether `NO_PROXY` names the host: entries are separated by commas or blanks, and are `*`, a host with all its
 * subdomains, an IP address or a range of them, each with an optional port.
 */
function isExcepted({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const ownPort = port === '' ? (/^(?:wss|https):/.test(protocol) ? '443' : '80') : port
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const { name, port: onlyPort } = splitPort(entry)
      return (onlyPort === undefined || onlyPort === ownPort) && (name === '*' || covers(name, host))
    })
}

function splitPort(entry: string): { readonly name: string; readonly port?: string | undefined } {
  const [, bracketed, bracketedPort] = /^\[(.*)\](?::(\d+))?$/.exec(entry) ?? []
  if (bracketed !== undefined) return { name: bracketed, port: bracketedPort }
  const [, name, port] = /^([^:]*):(\d+)$/.exec(entry) ?? []
  return name === undefined ? { name: entry } : { name, port }
}

function covers(name: string, host: string): boolean {
  if (isIP(host) === 0) {
    const domain = name.replace(/^\*?\./, '')
    return host === domain || host.endsWith(`.${domain}`)
  }
  const [address = '', bits] = name.split('/')
  if (isIP(address) === 0) return false
  const listed = new BlockList()
  const isRange = bits !== undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 6 ? 128 : 32)
  if (isRange) listed.addSubnet(address, Number(bits), familyOf(address))
  else if (bits === undefined) listed.addAddress(address, familyOf(address))
  return listed.check(host, familyOf(host))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
