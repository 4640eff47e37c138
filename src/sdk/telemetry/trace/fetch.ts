/**
 * A `fetch` that creates a span per request and sends trace headers. The global function is replaced while a worker,
 * `initOtel` or the program requires it, and restored afterwards. A request belongs to the telemetry of the handler
 * that makes it. Outside handlers it belongs to the tracer of the program, else to that of `initOtel` or of the first
 * worker.
 */
import { env } from 'node:process'
import type { Attributes, Span, Tracer } from '@opentelemetry/api'
import { invalidArgument } from '../../../errors.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { processState } from '../../../std/process-state.js'
import { currentOwner, currentTelemetry } from '../active-telemetry.js'
import { checkKind, checkOptions } from '../setting.js'
import { requestFacts, responseAttributes, sentAttributes } from './fetch-attributes.js'
import { otelApi } from '../otel-modules.js'
import { injectHeaders } from './propagation.js'
import { recordFailure } from './span-failure.js'

/** Options of `fetch`, and the tracer that makes the span. Default: the tracer of the running worker. */
export type TracedFetchInit = RequestInit & { tracer?: Tracer }

type Fetch = typeof globalThis.fetch

interface Patch {
  /** The function that was replaced, and that is restored. */
  readonly before: Fetch
  /** The function that makes the requests: the first one below `before` that is not from this package. */
  readonly original: Fetch
  readonly patched: Fetch
  readonly ignored: readonly string[]
}

interface Shared {
  patch: Patch | undefined
  /** Workers and `initOtel`: the patch stays while there is one. */
  readonly holders: Set<object>
  /** The arguments of `patchGlobalFetch`. */
  tracer: Tracer | undefined
  /** Every function that this package has ever installed, with the function it calls. */
  readonly ours: WeakMap<Fetch, Fetch>
}

const shared = processState<Shared>('fetch@1', () => ({
  patch: undefined,
  holders: new Set(),
  tracer: undefined,
  ours: new WeakMap(),
}))

/**
 * Traces requests of `globalThis.fetch` until `unpatchGlobalFetch`. The first tracer passed is used until then.
 * `OTEL_FETCH_IGNORE_URLS` lists parts of addresses, separated by commas, whose requests are not traced; it is read
 * when the function is replaced.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an invalid tracer.
 */
export function patchGlobalFetch(tracer: Tracer): void {
  checkKind('tracer', 'an OpenTelemetry tracer', { value: tracer, method: 'startActiveSpan' })
  shared.tracer ??= tracer
  patch()
}

/**
 * Restores the original `globalThis.fetch`, even if workers or `initOtel` had replaced it. A function that the program
 * installed over ours stays.
 */
export function unpatchGlobalFetch(): void {
  shared.tracer = undefined
  shared.holders.clear()
  unpatch()
}

/** Keeps the patch installed until the returned function is called. */
export function holdFetchPatch(): () => void {
  const holder = {}
  shared.holders.add(holder)
  patch()
  return () => {
    if (shared.holders.delete(holder) && shared.holders.size === 0 && shared.tracer === undefined) unpatch()
  }
}

function patch(): void {
  const before = globalThis.fetch
  if (shared.patch?.patched === before) return
  const original = unwrapped(before)
  const patched: Fetch = (input, init) =>
    shared.patch?.patched === patched ? patchedFetch(shared.patch, input, init) : original(input, init)
  shared.ours.set(patched, original)
  const ignored = (env['OTEL_FETCH_IGNORE_URLS'] ?? '').split(',').map((part) => part.trim())
  shared.patch = { before, original, patched, ignored: ignored.filter((part) => part !== '') }
  globalThis.fetch = patched
}

function unpatch(): void {
  const { patch: undone } = shared
  shared.patch = undefined
  if (undone === undefined) return
  if (globalThis.fetch === undone.patched) globalThis.fetch = undone.before
}

/** A program may have saved one of our functions and installed it again. */
function unwrapped(fetch: Fetch): Fetch {
  return shared.ours.get(fetch) ?? fetch
}

function patchedFetch(
  { original, ignored }: Patch,
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<Response> {
  const address = input instanceof Request ? input.url : String(input)
  const owner = currentOwner()
  const tracer = owner === undefined ? (shared.tracer ?? currentTelemetry()?.tracer) : owner?.tracer
  if (tracer === undefined || ignored.some((part) => address.includes(part))) return original(input, init)
  return tracedFetch(original, input, { ...init, tracer })
}

/**
 * Sends a request with a CLIENT span and trace headers; status ERROR from 400.
 * Without telemetry it is a plain `fetch`.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an invalid address, or an `init` that is not an object.
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
  const fetch = unwrapped(globalThis.fetch)
  return tracer === undefined ? fetch(input, rest) : tracedFetch(fetch, input, { ...rest, tracer })
}

/** The address of a request, for any implementation of `Request`; an empty string for anything else. */
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
      setAttributes(span, sentAttributes(headers, init.body))
      const response = await fetch(input, { ...init, headers })
      settleSpan(span, response)
      return response
    } catch (error) {
      span.setAttribute('error.type', error instanceof Error ? error.name : 'Error')
      recordFailure(span, error)
      throw error
    } finally {
      span.end()
    }
  })
}

/** The headers of the request with those of the trace added; an existing `traceparent` or `baggage` is kept. */
function tracedHeaders(input: string | URL | Request, init: RequestInit): Headers {
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined))
  const { traceparent, baggage } = injectHeaders(otelApi().context.active())
  if (traceparent !== undefined && !headers.has('traceparent')) headers.set('traceparent', traceparent)
  if (baggage !== undefined && !headers.has('baggage')) headers.set('baggage', baggage)
  return headers
}

function settleSpan(span: Span, response: Response): void {
  const { ERROR, OK } = otelApi().SpanStatusCode
  setAttributes(span, responseAttributes(response))
  span.setStatus({ code: response.status >= 400 ? ERROR : OK })
}

/** One by one: a tracer of the program may not implement the plural method. */
function setAttributes(span: Span, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) span.setAttribute(name, value)
}
