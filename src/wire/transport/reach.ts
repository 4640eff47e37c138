/** How an engine far away is reached: TLS, a proxy or an agent of the program, as options with their checks. */
import type { Agent } from 'node:http'
import { ErrorCode, invalidArgument, RuntimeError } from '../../errors.js'
import { addressWithoutCredentials } from '../../std/text/without-credentials.js'
import { isSecureAddress } from './address.js'
import { proxyAgent, proxyFromEnvironment, proxyUrl } from './proxy.js'
import { namedFor, tlsReader, type TlsOptions } from './tls-options.js'
import type { Dial } from './transport.js'
import { webSocketDial, type DialRoute } from './ws-dial.js'

export type { TlsOptions } from './tls-options.js'

/** How an engine is reached. */
export type ReachOptions = {
  /** Certificates for `wss:` addresses. Default: the authorities that Node.js trusts. */
  tls?: TlsOptions | undefined
  /**
   * An HTTP proxy to connect through, or `'env'` for the variables `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and
   * `NO_PROXY`. Needs the package `https-proxy-agent`. Default: none.
   */
  proxy?: string | undefined
  /** An agent of `node:http` or `node:https` that opens the sockets, instead of `proxy`. */
  agent?: Agent | undefined
}

/**
 * A dial that follows the options.
 * @throws {RuntimeError} `INVALID_ARGUMENT` naming the option: also for a file that cannot be read, and a proxy without
 * its package.
 */
export function dialThrough({ tls, proxy, agent }: ReachOptions, addresses: readonly string[]): Dial {
  const tlsOf = tlsReader(tls)
  const routeOf = agent === undefined ? proxyRoute(proxy) : agentRoute(agent, proxy)
  tlsOf()
  if (tls !== undefined && !addresses.some(isSecureAddress)) {
    const text = `tls needs a wss:// address, got ${addresses.map(addressWithoutCredentials).join(', ')}`
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text)
  }
  for (const address of addresses) routeOf(address).release?.()
  return webSocketDial((url) => {
    const route = routeOf(url)
    if (!isSecureAddress(url)) return route
    const tls = tlsOf()
    return { ...route, tls: route.proxy === undefined ? tls : namedFor(url, tls) }
  })
}

function agentRoute(agent: Agent, proxy: unknown): () => DialRoute {
  const given: unknown = agent
  const isAgent = typeof given === 'object' && given !== null && 'addRequest' in given
  if (!isAgent || typeof given.addRequest !== 'function')
    throw invalidArgument('agent', 'an agent of `node:http` or `node:https`', agent)
  if (proxy !== undefined)
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, 'Pass either `agent` or `proxy`, not both')
  return () => ({ agent })
}

function proxyRoute(proxy: unknown): (url: string) => DialRoute {
  if (proxy === undefined) return () => ({})
  const fixed = proxy === 'env' ? undefined : proxyUrl(proxy, 'proxy')
  return (url) => {
    const through = fixed ?? proxyFromEnvironment(url)
    return through === undefined ? {} : proxyAgent(through)
  }
}
