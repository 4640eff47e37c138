/**
 * Decides which web pages may connect to a port of the engine. A browser lets any page open a WebSocket to this
 * machine, so `Origin` is checked. The name of any page can also resolve to 127.0.0.1 (DNS rebinding), so a page from
 * the same host is trusted only if that host is. Programs send no `Origin` and are not affected.
 */
import { isIP } from 'node:net'
import { ErrorCode } from '../../errors.js'
import { describe } from '../../std/text/describe.js'
import type { Refusal } from '../../wire/transport/ws-accept.js'
import type { EngineHost } from '../builtins/builtin.js'
import { optional, type Declared } from '../declare/schema.js'
import { setting } from '../declare/settings.js'

/** Trusted origins and hosts in addition to this machine. */
export interface OriginRules {
  /** Origins of pages. */
  readonly allowedOrigins: readonly string[]
  /** Host names of the engine, without port. */
  readonly allowedHosts: readonly string[]
}

/** Request headers, each with all its values. */
type RequestHeaders = NodeJS.Dict<string[]>

/** `*` is rejected: it would admit every page. */
const ORIGIN = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s/?#@*]*$/
const HOST = /^[^\s/?#@*:]+$/
const AUTHORITY = /^(\[[0-9a-f:.]+\]|[^\s/?#@:[\]\\%]+)(?::\d{1,5})?$/i

/** Refused origins and hosts that are logged, each once. */
const MAX_LOGGED_REFUSALS = 100

export const originList = listOf(ORIGIN, 'origins such as `https://app.example:8443`, without path and `*`')
export const hostList = listOf(HOST, 'host names such as `engine.example`, without port and `*`')

/** The settings of one port under `local`. */
export const originFields = { allowed_origins: optional(originList), allowed_hosts: optional(hostList) }

/** Rules in the form in which they are compared: lower case, without a default port. */
export function readOriginRules(settings: {
  readonly allowed_origins?: readonly string[] | undefined
  readonly allowed_hosts?: readonly string[] | undefined
}): OriginRules {
  return {
    allowedOrigins: (settings.allowed_origins ?? []).map(normalized),
    allowedHosts: (settings.allowed_hosts ?? []).map(bareHost),
  }
}

/** The settings under `local` that `readOriginRules` accepts for these rules. */
export function originSettings({ allowedOrigins, allowedHosts }: OriginRules): object {
  return { allowed_origins: allowedOrigins, allowed_hosts: allowedHosts }
}

/** A port whose requests are checked. */
export interface ScreenedPort {
  /** The address it is bound to. */
  readonly host: string
  readonly origins: OriginRules
  /**
   * Whether the port serves pages or an HTTP interface. If bound to loopback, it then refuses every request to another
   * host: a browser sends no `Origin` with a plain `GET`, and no `Sec-Fetch-*` to a host name without TLS. Default
   * false.
   */
  readonly servesPages?: boolean
}

/** The check of one port. */
class OriginPolicy {
  readonly #origins: ReadonlySet<string>
  readonly #hosts: ReadonlySet<string>
  readonly #isLoopbackOnly: boolean
  readonly #servesPages: boolean

  constructor({ host, origins: { allowedOrigins, allowedHosts }, servesPages = false }: ScreenedPort) {
    this.#origins = new Set(allowedOrigins)
    this.#hosts = new Set(allowedHosts)
    this.#isLoopbackOnly = isLoopback(host)
    this.#servesPages = servesPages
  }

  /** The reason for refusing a request; `undefined` if it is allowed. */
  refusalOf(headers: RequestHeaders): Refusal | undefined {
    const { origin = [], host: hosts = [] } = headers
    if (hosts.length > 1) return badRequest('`Host` was sent more than once')
    const host = hostOf(hosts[0])
    for (const each of origin) {
      if (isLoopbackOrigin(each) || this.#origins.has(each.toLowerCase())) continue
      if (host === undefined || host !== hostOfOrigin(each)) return foreignOrigin(each)
      if (!this.#trusts(host)) return foreignHost(host)
    }
    if (!this.#isLoopbackOnly || this.#trusts(host)) return undefined
    return this.#servesPages || mayBeOfBrowser(headers) ? foreignHost(hosts[0] ?? '') : undefined
  }

  #trusts(host: string | undefined): boolean {
    return host !== undefined && (isIP(host) !== 0 || isLoopback(host) || this.#hosts.has(host))
  }
}

function mayBeOfBrowser(headers: RequestHeaders): boolean {
  return Object.keys(headers).some((name) => name === 'origin' || name.startsWith('sec-fetch-'))
}

/** Checks every request of a listener. Refused requests are counted, and logged once for each cause. */
export function screenOf(
  port: ScreenedPort,
  { log, counters }: Pick<EngineHost, 'log' | 'counters'>,
): (headers: RequestHeaders) => Refusal | undefined {
  const policy = new OriginPolicy(port)
  const logged = new Set<string>()
  return (headers) => {
    const refusal = policy.refusalOf(headers)
    if (refusal === undefined) return undefined
    counters.refused.foreignRequests += 1
    const { message } = refusal.body.error
    if (!logged.has(message) && logged.size < MAX_LOGGED_REFUSALS) {
      logged.add(message)
      log.warn({ reason: message }, 'Refused a request that a web page may have made')
    }
    return refusal
  }
}

/** Whether a page was served by this machine, on any port, for example by a development server. */
export function isLoopbackOrigin(origin: string): boolean {
  const host = hostOfOrigin(origin)
  return host !== undefined && isLoopback(host)
}

function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  )
}

/** The host of a page that was loaded over HTTP. Other schemes have no host that shows where the page comes from. */
function hostOfOrigin(origin: string): string | undefined {
  const scheme = /^https?:\/\//i.exec(origin)?.[0]
  return scheme === undefined ? undefined : hostOf(origin.slice(scheme.length))
}

/** The host of an authority, without port and normalised for comparison. */
function hostOf(authority: string | undefined): string | undefined {
  const host = authority === undefined ? undefined : AUTHORITY.exec(authority)?.[1]
  return host === undefined ? undefined : bareHost(host)
}

function bareHost(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$|\.$/g, '')
}

/** An origin in the form of browsers, without a default port. */
function normalized(origin: string): string {
  return /^https?:/i.test(origin) && URL.canParse(origin) ? new URL(origin).origin : origin.toLowerCase()
}

function listOf(pattern: RegExp, expected: string): Declared<readonly string[]> {
  return setting(
    `a list of ${expected}`,
    (value) => Array.isArray(value) && value.every((each) => typeof each === 'string' && pattern.test(each)),
    { items: { pattern: pattern.source, type: 'string' }, type: 'array' },
  )
}

function foreignOrigin(origin: string): Refusal {
  const message = `The origin of this page, ${describe(origin)}, is not trusted. To trust it, list it in \`allowedOrigins\` (\`--allow-origin\`, or \`local.allowed_origins\` in a configuration file).`
  return { status: 403, body: { error: { code: ErrorCode.FORBIDDEN, message } } }
}

function foreignHost(host: string): Refusal {
  const message = `The host name of this request, ${describe(host)}, is not trusted. To trust it, list it in \`allowedHosts\` (\`--allow-host\`, or \`local.allowed_hosts\` in a configuration file).`
  return { status: 403, body: { error: { code: ErrorCode.FORBIDDEN, message } } }
}

function badRequest(message: string): Refusal {
  return { status: 400, body: { error: { code: ErrorCode.INVALID_ARGUMENTS, message } } }
}
