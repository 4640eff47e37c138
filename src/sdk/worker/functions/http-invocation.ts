/**
 * Functions that the engine serves by calling a URL. The worker only describes them; it never makes the request.
 */
import { invalidArgument } from '../../../errors.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { addressWithoutCredentials } from '../../../std/text/without-credentials.js'
import { checkDurationMs, checkRecord } from '../check.js'
import { checkHeaders } from '../options/check-headers.js'
import { keysOf } from '../../../std/text/unknown-options.js'

/** Methods of a request that serves a function. */
export const HttpMethod = { Get: 'GET', Post: 'POST', Put: 'PUT', Patch: 'PATCH', Delete: 'DELETE' } as const
/** One of the methods in `HttpMethod`. */
export type HttpMethod = (typeof HttpMethod)[keyof typeof HttpMethod]

/** How the engine authenticates. The `*_key` members name environment variables of the engine, not secrets. */
export type HttpAuthConfig =
  | { type: 'hmac'; secret_key: string }
  | { type: 'bearer'; token_key: string }
  | { type: 'api_key'; header: string; value_key: string }
/** Creates the settings of an authentication. @throws {RuntimeError} `INVALID_ARGUMENT` for a blank name. */
export const HttpAuthConfig = {
  /** Signs each request with the secret in the variable `secretKey`. */
  Hmac: (secretKey: string): HttpAuthConfig => checkedAuth({ type: 'hmac', secret_key: secretKey }),
  /** Sends the token in the variable `tokenKey` as a bearer token. */
  Bearer: (tokenKey: string): HttpAuthConfig => checkedAuth({ type: 'bearer', token_key: tokenKey }),
  /** Sends the value of the variable `valueKey` in the header `header`. */
  ApiKey: (header: string, valueKey: string): HttpAuthConfig =>
    checkedAuth({ type: 'api_key', header, value_key: valueKey }),
} as const

/** The request that serves a function. */
export type HttpInvocationConfig = {
  url: string
  /** Default `POST`. */
  method?: HttpMethod | undefined
  /** Default 30 000 ms, set by the engine. */
  timeout_ms?: number | undefined
  headers?: Record<string, string> | undefined
  auth?: HttpAuthConfig | undefined
}

/** The names of all members of a request that serves a function. */
export const INVOCATION_KEYS = keysOf<HttpInvocationConfig>({
  url: true,
  method: true,
  timeout_ms: true,
  headers: true,
  auth: true,
})

const METHODS: readonly string[] = Object.values(HttpMethod)
const AUTH_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  hmac: ['secret_key'],
  bearer: ['token_key'],
  api_key: ['header', 'value_key'],
}

/** Checks a configuration, so that a mistake shows here and not in the engine's log only. */
export function checkHttpInvocation(config: HttpInvocationConfig): HttpInvocationConfig {
  checkRecord('invocation', config)
  const { url, method, timeout_ms, headers, auth } = config
  checkUrl(url)
  if (method !== undefined && !METHODS.includes(method)) {
    throw invalidArgument('invocation.method', `one of ${METHODS.join(', ')}`, method)
  }
  if (timeout_ms !== undefined) {
    checkDurationMs('invocation.timeout_ms', timeout_ms)
    // JSON has no form for it.
    if (timeout_ms === Infinity) throw invalidArgument('invocation.timeout_ms', 'a finite number', timeout_ms)
  }
  if (headers !== undefined) checkHeaders(headers, 'invocation.headers')
  if (auth !== undefined) checkAuth(auth)
  return config
}

function checkUrl(url: unknown): void {
  if (typeof url === 'string' && URL.canParse(url)) return
  const shown = typeof url === 'string' ? addressWithoutCredentials(url) : url
  throw invalidArgument('invocation.url', 'an absolute URL', shown)
}

function checkedAuth(auth: HttpAuthConfig): HttpAuthConfig {
  checkAuth(auth)
  return auth
}

function checkAuth(auth: unknown): void {
  const type = isRecord(auth) ? auth['type'] : undefined
  const members = typeof type === 'string' && Object.hasOwn(AUTH_MEMBERS, type) ? AUTH_MEMBERS[type] : undefined
  if (!isRecord(auth) || members === undefined) {
    throw invalidArgument('invocation.auth.type', 'hmac, bearer or api_key', type)
  }
  for (const member of members) {
    const named = auth[member]
    if (typeof named !== 'string' || named.trim() === '') {
      throw invalidArgument(`invocation.auth.${member}`, 'a string that is not blank', named)
    }
  }
}
