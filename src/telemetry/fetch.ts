/**
 * `fetch` that makes a span per request and passes the trace on. The global function is replaced while somebody wants
 * that and put back when nobody does; each request is put down to the telemetry it was made under.
 */
import { env } from 'node:process'
import type { Span, Tracer } from '@opentelemetry/api'
import { invalidArgument } from '../errors.js'
import { isRecord } from '../protocol/validate.js'
import { messageOf } from '../std/describe.js'
import { currentTelemetry, isOwnerOff } from './active-telemetry.js'
import { checkKind, checkOptions } from './argument.js'
import { requestFacts, responseAttributes, sentAttributes } from './fetch-attributes.js'
import { otelApi } from './otel-modules.js'
import { injectHeaders } from './propagation.js'
import { recordFailure } from './span-failure.js'

export type TracedFetchInit = RequestInit & { tracer?: Tracer }

type Fetch = typeof globalThis.fetch

interface Patch {
  readonly original: Fetch
  readonly patched: Fetch
  readonly ignored: readonly string[]
  /** One per `patchGlobalFetch` that was not undone. */
  readonly tracers: Tracer[]
}

let patch: Patch | undefined

/**
 * Makes `globalThis.fetch` trace its requests until `unpatchGlobalFetch` was called as often. `OTEL_FETCH_IGNORE_URLS`
 * names parts of addresses, separated by commas, whose requests are left alone; it is read by the first call.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for something that is no tracer.
 */
export function patchGlobalFetch(tracer: Tracer): void {
  checkKind('tracer', 'an OpenTelemetry tracer', { value: tracer, method: 'startActiveSpan' })
  if (patch !== undefined) {
    patch.tracers.push(tracer)
    return
  }
  const original = globalThis.fetch
  const patched: Fetch = (input, init) => patchedFetch(original, input, init)
  const ignored = (env['OTEL_FETCH_IGNORE_URLS'] ?? '').split(',').map((part) => part.trim())
  patch = { original, patched, ignored: ignored.filter((part) => part !== ''), tracers: [tracer] }
  globalThis.fetch = patched
}

/**
 * Undoes one `patchGlobalFetch`, that of the given tracer or the latest; the last one puts the original back, unless
 * somebody has replaced ours.
 */
export function unpatchGlobalFetch(tracer?: Tracer): void {
  if (patch === undefined) return
  const index = tracer === undefined ? patch.tracers.length - 1 : patch.tracers.indexOf(tracer)
  if (index >= 0) patch.tracers.splice(index, 1)
  if (patch.tracers.length > 0) return
  if (globalThis.fetch === patch.patched) globalThis.fetch = patch.original
  patch = undefined
}

function patchedFetch(
  original: Fetch,
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<Response> {
  const address = input instanceof Request ? input.url : String(input)
  const tracer = currentTelemetry()?.tracer ?? patch?.tracers[0]
  if (tracer === undefined || isOwnerOff() || patch?.ignored.some((part) => address.includes(part)))
    return original(input, init)
  return tracedFetch(original, input, { ...init, tracer })
}

/**
 * Makes one traced request, whether `fetch` is patched or not: a CLIENT span, W3C headers, status ERROR from 400 on.
 * Without telemetry it is a plain `fetch`.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an address that is none, or an `init` that is no object.
 */
export async function executeTracedRequest(
  input: string | URL | Request,
  init: TracedFetchInit = {},
): Promise<Response> {
  if (!URL.canParse(addressOf(input))) {
    throw invalidArgument('input', 'an absolute URL or a Request', input)
  }
  checkOptions('init', init)
  const { tracer = currentTelemetry()?.tracer, ...rest } = init
  const fetch = patch?.original ?? globalThis.fetch
  return tracer === undefined ? fetch(input, rest) : tracedFetch(fetch, input, { ...rest, tracer })
}

/** Where a request goes, whoever's `Request` it is; the empty text for what is none. */
function addressOf(input: unknown): string {
  if (typeof input === 'string' || input instanceof URL) return String(input)
  return isRecord(input) && typeof input['url'] === 'string' ? input['url'] : ''
}

function tracedFetch(
  fetch: Fetch,
  input: string | URL | Request,
  { tracer, ...init }: RequestInit & { readonly tracer: Tracer },
): Promise<Response> {
  const { context, SpanKind } = otelApi()
  const { name, attributes } = requestFacts(input, init)
  return tracer.startActiveSpan(name, { kind: SpanKind.CLIENT, attributes }, context.active(), async (span) => {
    try {
      const headers = tracedHeaders(input, init)
      span.setAttributes(sentAttributes(headers, init.body))
      const response = await fetch(input, { ...init, headers })
      settleSpan(span, response)
      return response
    } catch (error) {
      span.setAttribute('error.type', error instanceof Error ? error.name : messageOf(error))
      recordFailure(span, error)
      throw error
    } finally {
      span.end()
    }
  })
}

/** The request's own headers with the trace's added. */
function tracedHeaders(input: string | URL | Request, init: RequestInit): Headers {
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined))
  const { traceparent, baggage } = injectHeaders(otelApi().context.active())
  if (traceparent !== undefined) headers.set('traceparent', traceparent)
  if (baggage !== undefined) headers.set('baggage', baggage)
  return headers
}

function settleSpan(span: Span, response: Response): void {
  const { ERROR, OK } = otelApi().SpanStatusCode
  span.setAttributes(responseAttributes(response))
  span.setStatus(response.status >= 400 ? { code: ERROR, message: String(response.status) } : { code: OK })
}
