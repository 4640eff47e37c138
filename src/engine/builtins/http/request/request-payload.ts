/**
 * Builds the payload of a handler from a request. Maps are built from entries, never by assignment, so a parameter or
 * header named `__proto__` is data like any other.
 */
import type { Trace } from '../../../triggers/fire.js'
import type { RouteMatch } from '../routes.js'

/** The two parts of the address of a request. */
export interface Target {
  /** As sent, not percent-decoded. */
  readonly path: string
  /** As sent, without `?`. */
  readonly query: string
}

/** The parts of a request that every stage may see. */
export interface RequestHead {
  readonly method: string
  readonly queryParams: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
}

/** Scheme and authority of a request line in absolute form, as proxies send it. */
const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i

/** Splits the address of a request line. */
export function splitTarget(url: string): Target {
  const [address = ''] = url.replace(AUTHORITY, '').split('#', 1)
  const mark = address.indexOf('?')
  const path = mark < 0 ? address : address.slice(0, mark)
  return { path: path.startsWith('/') ? path : `/${path}`, query: mark < 0 ? '' : address.slice(mark + 1) }
}

/** Decodes a query like a form (`+` is a space); the last of repeated names counts. Never throws. */
export function queryParamsOf(query: string): Record<string, string> {
  return query === '' ? {} : Object.fromEntries(new URLSearchParams(query))
}

/** Headers by lower-case name; the last of repeated names counts. Accepts Node's flat list of names and values. */
export function headersOf(rawHeaders: readonly string[]): Record<string, string> {
  const entries: [string, string][] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    entries.push([(rawHeaders[index] ?? '').toLowerCase(), rawHeaders[index + 1] ?? ''])
  }
  return Object.fromEntries(entries)
}

/** Whether a header was sent more than once. Accepts Node's flat list of names and values. */
export function isSentTwice(name: string, rawHeaders: readonly string[]): boolean {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const sent = rawHeaders[index]
    if (sent?.length === name.length && sent.toLowerCase() === name) count += 1
  }
  return count > 1
}

/** The payload of a condition. The handler receives the two channel references as well. */
export function payloadOf({ route, pathParams }: RouteMatch, parts: RequestHead, body: unknown): object {
  return {
    method: parts.method,
    path: route.template,
    path_params: pathParams,
    query_params: parts.queryParams,
    headers: parts.headers,
    body,
    trigger: { type: 'http', path: route.template, method: route.method },
  }
}

/** The payload of a middleware. */
export function middlewareInput({ pathParams }: RouteMatch, parts: RequestHead): object {
  return {
    phase: 'preHandler',
    request: {
      path_params: pathParams,
      query_params: parts.queryParams,
      headers: parts.headers,
      method: parts.method,
    },
    context: {},
  }
}

/** The trace headers of the caller, which every call made for the request passes on. */
export function traceOf(headers: Readonly<Record<string, string>>): Trace {
  return { traceparent: headers['traceparent'], baggage: headers['baggage'] }
}
