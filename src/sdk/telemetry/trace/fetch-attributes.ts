/**
 * Span attributes of an HTTP request and its response: method, address, sizes and two headers without secrets. Names
 * follow the HTTP conventions of OpenTelemetry. Credentials in an address are never included.
 */
import type { Attributes } from '@opentelemetry/api'
import { addressWithoutCredentials, isTellingKey } from '../../../std/text/without-credentials.js'

const SAFE_HEADERS = ['content-type', 'accept'] as const

/** The data of a request for its span. */
export interface RequestFacts {
  readonly method: string
  readonly url: URL | undefined
  readonly name: string
  readonly attributes: Attributes
}

/** The data of `fetch(input, init)`. For an address that cannot be parsed, the name is the method. */
export function requestFacts(input: string | URL | Request, init: RequestInit | undefined): RequestFacts {
  const request = input instanceof Request ? input : undefined
  const method = (init?.method ?? request?.method ?? 'GET').toUpperCase()
  const raw = input instanceof Request ? input.url : String(input)
  const url = URL.canParse(raw) ? new URL(raw) : undefined
  const name = url === undefined ? method : `${method} ${url.pathname}`
  const shown = url === undefined ? { 'url.full': addressWithoutCredentials(raw) } : urlAttributes(url, raw)
  const attributes = { 'http.request.method': method, ...shown }
  return { method, url, name, attributes }
}

/** An address without secrets stays as it was passed. */
function urlAttributes(url: URL, raw: string): Attributes {
  const shown = withoutSecrets(url)
  const query = shown.search.slice(1)
  return {
    'url.full': shown.href === url.href ? raw : shown.href,
    'url.scheme': shown.protocol.slice(0, -1),
    'url.path': shown.pathname,
    'server.address': shown.hostname,
    'network.protocol.name': 'http',
    ...(query === '' ? {} : { 'url.query': query }),
    ...(shown.port === '' ? {} : { 'server.port': Number(shown.port) }),
  }
}

function withoutSecrets(url: URL): URL {
  const shown = new URL(url)
  if (shown.username !== '') shown.username = 'REDACTED'
  if (shown.password !== '') shown.password = 'REDACTED'
  for (const key of new Set(shown.searchParams.keys())) {
    if (isTellingKey(key)) shown.searchParams.set(key, 'REDACTED')
  }
  return shown
}

/** Attributes from the headers and body of the request. */
export function sentAttributes(headers: Headers, body: unknown): Attributes {
  const bytes = bodyBytes(body)
  return {
    ...headerAttributes('request', headers),
    ...(bytes === undefined ? {} : { 'http.request.body.size': bytes }),
  }
}

/** Attributes of a response. */
export function responseAttributes({ status, headers }: Response): Attributes {
  const length = headers.get('content-length')
  return {
    'http.response.status_code': status,
    ...(length !== null && /^\d+$/.test(length) ? { 'http.response.body.size': Number(length) } : {}),
    ...headerAttributes('response', headers),
    ...(status >= 400 ? { 'error.type': String(status) } : {}),
  }
}

function headerAttributes(side: 'request' | 'response', headers: Headers): Attributes {
  const shown: Attributes = {}
  for (const name of side === 'request' ? SAFE_HEADERS : SAFE_HEADERS.slice(0, 1)) {
    const value = headers.get(name)
    if (value !== null) shown[`http.${side}.header.${name}`] = value
  }
  return shown
}

/** The size of a body if it is known in advance; streams and forms are not read for it. */
function bodyBytes(body: unknown): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body)
  if (body instanceof URLSearchParams) return Buffer.byteLength(body.toString())
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength
  return body instanceof Blob ? body.size : undefined
}
