/**
 * Decides which web pages may connect to a port of the engine. A browser lets any page open a WebSocket to this
 * machine, so `Origin` is checked; and the name of any page can be made to resolve to 127.0.0.1 (DNS rebinding), so a
 * page from the same host counts only when that host is trusted. Programs send no `Origin` and are not concerned.
 */
import { isIP } from 'node:net'
import { ErrorCode } from '../../errors.js'
import { optional, type Field } from '../../wire/protocol/validate.js'
import { describe } from '../../std/text/describe.js'
import type { Refusal } from '../../wire/transport/ws-accept.js'
import type { EngineHost } from '../builtins/builtin.js'
import { setting } from '../config/builtin-config.js'

/** Whom the operator trusts beside this machine. */
export interface OriginRules {
  /** Origins of pages. */
  readonly allowedOrigins: readonly string[]
  /** Names the engine is reached by, without port. */
  readonly allowedHosts: readonly string[]
}

/** Request headers, each with all its values. */
type RequestHeaders = NodeJS.Dict<string[]>

/** A star is no origin and no host: it would let every page in. */
const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*]*$/i
const HOST = /^[^\s/?#@*:]+$/
const AUTHORITY = /^(\[[0-9a-f:.]+\]|[^\s/?#@:[\]]+)(?::\d{1,5})?$/i

/** Refused origins and hosts that are logged, each once. */
const MAX_LOGGED_REFUSALS = 100

export const originList = listOf(ORIGIN, 'origins such as `https://app.example:8443`, without path and `*`')
export const hostList = listOf(HOST, 'host names such as `engine.example`, without port and `*`')

/** The settings of one port under `local`. */
export const originFields = { allowed_origins: optional(originList), allowed_hosts: optional(hostList) }

/** Rules as they are compared: lower case, without a default port. */
export function readOriginRules(settings: {
  readonly allowed_origins?: readonly string[] | undefined
  readonly allowed_hosts?: readonly string[] | undefined
}): OriginRules {
  return {
    allowedOrigins: (settings.allowed_origins ?? []).map(normalized),
    allowedHosts: (settings.allowed_hosts ?? []).map(bareHost),
  }
}

/** The settings under `local` that `readOriginRules` reads as these rules. */
export function originSettings({ allowedOrigins, allowedHosts }: OriginRules): object {
  return { allowed_origins: allowedOrigins, allowed_hosts: allowedHosts }
}

/** A port whose requests are checked. */
export interface ScreenedPort {
  /** What it is bound to. */
  readonly host: string
  readonly origins: OriginRules
  /**
   * Whether it serves pages or an HTTP interface: bound to loopback it then refuses every request to another host, since
   * a browser sends no `Origin` with a plain `GET`, and no `Sec-Fetch-*` to a host name without TLS. Default false.
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

  /** Why a request is not answered; `undefined` when it may pass. */
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

/** The check that a listener makes of every request; what it refuses is counted, and logged once for each cause. */
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

/** Whether a page was served by this machine: by a dev server, on whichever port. */
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

/** The host of a page that a browser loaded over HTTP; other schemes have none that says where a page comes from. */
function hostOfOrigin(origin: string): string | undefined {
  const scheme = /^https?:\/\//i.exec(origin)?.[0]
  return scheme === undefined ? undefined : hostOf(origin.slice(scheme.length))
}

/** The host of an authority, without port, as all hosts here are compared. */
function hostOf(authority: string | undefined): string | undefined {
  const host = authority === undefined ? undefined : AUTHORITY.exec(authority)?.[1]
  return host === undefined ? undefined : bareHost(host)
}

function bareHost(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$|\.$/g, '')
}

/** An origin as browsers write it: without a default port. */
function normalized(origin: string): string {
  return /^https?:/i.test(origin) && URL.canParse(origin) ? new URL(origin).origin : origin.toLowerCase()
}

function listOf(pattern: RegExp, expected: string): Field<readonly string[]> {
  return setting(
    `a list of ${expected}`,
    (value) => Array.isArray(value) && value.every((each) => typeof each === 'string' && pattern.test(each)),
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
