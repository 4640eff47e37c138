/**
 * How an engine far away is reached: TLS, a proxy or an agent of the program, as options with their checks. Files are
 * read again at each dial, so that renewed certificates apply.
 */
import { readFileSync } from 'node:fs'
import type { Agent } from 'node:http'
import type * as Tls from 'node:tls'
import { ErrorCode, IIIError, invalidArgument, RuntimeError } from '../../errors.js'
import { describe, describeKind, messageOf } from '../../std/text/describe.js'
import { addressWithoutCredentials } from '../../std/text/without-credentials.js'
import { isSecureAddress } from './address.js'
import { proxyAgent, proxyFromEnvironment, proxyUrl } from './proxy.js'
import { isRecord } from '../protocol/validate.js'
import type { Dial } from './transport.js'
import { requireModule } from '../../std/require-module.js'
import { webSocketDial, type Route, type TlsSettings } from './ws-dial.js'

/** TLS of the connections to an engine. Each certificate or key is a file name, or its PEM text or bytes. */
export type TlsOptions = {
  /** Certificates of the authorities that are trusted, instead of those of Node.js. */
  ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined
  /** Certificate of this client, with its chain. Needs `key`. */
  cert?: string | Uint8Array | undefined
  /** Private key of `cert`, not encrypted. */
  key?: string | Uint8Array | undefined
  /** Name that the certificate of the engine must have. Default: the host of the address. */
  servername?: string | undefined
  /** Whether a certificate that cannot be verified ends the connection. Default true. */
  rejectUnauthorized?: boolean | undefined
}

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

/** The names of all members. */
export const TLS_KEYS: ReadonlySet<string> = new Set<keyof TlsOptions>([
  'ca',
  'cert',
  'key',
  'servername',
  'rejectUnauthorized',
])

/**
 * A dial that follows the options.
 * @throws {RuntimeError} `INVALID_ARGUMENT` naming the option: also for a file that cannot be read, and a proxy without
 * its package.
 */
export function dialThrough({ tls, proxy, agent }: ReachOptions, addresses: readonly string[]): Dial {
  const tlsOf = tlsReader(tls)
  const routeOf = agent === undefined ? proxyRoute(proxy) : agentRoute(agent, proxy)
  if (tls !== undefined && !addresses.some(isSecureAddress)) {
    const text = `tls needs a wss:// address, got ${addresses.map(addressWithoutCredentials).join(', ')}`
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text)
  }
  tlsOf()
  for (const address of addresses) routeOf(address).release?.()
  return webSocketDial((url) => ({ ...routeOf(url), tls: isSecureAddress(url) ? tlsOf() : undefined }))
}

function agentRoute(agent: Agent, proxy: unknown): () => Route {
  const given: unknown = agent
  const isAgent = typeof given === 'object' && given !== null && 'addRequest' in given
  if (!isAgent || typeof given.addRequest !== 'function')
    throw invalidArgument('agent', 'an agent of `node:http` or `node:https`', agent)
  if (proxy !== undefined) throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, 'Give either `agent` or `proxy`, not both')
  return () => ({ agent })
}

function proxyRoute(proxy: unknown): (url: string) => Route {
  if (proxy === undefined) return () => ({})
  const fixed = proxy === 'env' ? undefined : proxyUrl(proxy, 'proxy')
  return (url) => {
    const through = fixed ?? proxyFromEnvironment(url)
    return through === undefined ? {} : proxyAgent(through)
  }
}

/** Reads the options, and checks that key and certificates belong together. */
function tlsReader(given: TlsOptions | undefined): () => TlsSettings | undefined {
  if (given === undefined) return () => undefined
  if (!isRecord(given)) throw invalidArgument('tls', 'an object', given)
  const { ca, cert, key, servername, rejectUnauthorized } = given as TlsOptions
  if (servername !== undefined && (typeof servername !== 'string' || servername === ''))
    throw invalidArgument('tls.servername', 'a host name', servername)
  if (rejectUnauthorized !== undefined && typeof rejectUnauthorized !== 'boolean')
    throw invalidArgument('tls.rejectUnauthorized', 'true or false', rejectUnauthorized)
  if ((cert === undefined) !== (key === undefined))
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, 'tls.cert and tls.key must be given together')
  const authorities: readonly unknown[] | undefined = ca === undefined ? undefined : Array.isArray(ca) ? ca : [ca]
  return () => {
    const pem = {
      ...(authorities === undefined ? {} : { ca: authorities.map((one) => pemOf('tls.ca', one, 'CERTIFICATE')) }),
      ...(cert === undefined ? {} : { cert: pemOf('tls.cert', cert, 'CERTIFICATE') }),
      ...(key === undefined ? {} : { key: pemOf('tls.key', key, 'PRIVATE KEY') }),
    }
    checkContext(pem)
    return {
      ...pem,
      ...(servername === undefined ? {} : { servername }),
      ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
    }
  }
}

/** The text of a PEM block, or of the file that holds it. */
function pemOf(option: string, given: unknown, kind: string): string {
  if (!(typeof given === 'string' && given !== '') && !(given instanceof Uint8Array)) {
    const expected = 'a file name, or PEM text or bytes'
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, `${option} must be ${expected}, got ${describeKind(given)}`)
  }
  const text = typeof given === 'string' ? given : Buffer.from(given).toString('latin1')
  const isFile = typeof given === 'string' && !given.includes('-----BEGIN')
  const pem = isFile ? readPem(option, given) : text
  if (pem.includes(`${kind}-----`)) return pem
  const place = isFile ? `The file of ${option}` : option
  throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, `${place} has no PEM block of a ${kind.toLowerCase()}`)
}

/** The name of the file is left out of messages on a key: it may be the key itself, given without its first line. */
function readPem(option: string, file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    const named = option === 'tls.key' ? '' : ` ${describe(file)}`
    const text = `The file${named} of ${option} cannot be read (${code}). Check the path and its permissions`
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text)
  }
}

function checkContext(pem: Tls.SecureContextOptions): void {
  try {
    ;(requireModule('node:tls') as typeof Tls).createSecureContext(pem)
  } catch (cause) {
    if (cause instanceof IIIError) throw cause
    const isMismatch = cause instanceof Error && 'code' in cause && cause.code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
    const advice = isMismatch ? 'tls.key is not the key of tls.cert' : 'Check that each is complete PEM, and the key not encrypted'
    const text = `tls cannot be used: ${messageOf(cause)}. ${advice}`
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text, { cause })
  }
}
