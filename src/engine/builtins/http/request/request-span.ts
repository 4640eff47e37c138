/** Creates the span of the engine for one HTTP request, from the match of its route to the head of the response. */
import { isTellingKey } from '../../../../std/text/without-credentials.js'
import { toErrorBody } from '../../../../wire/protocol/error-body.js'
import type { EngineHost } from '../../builtin.js'
import { functionKind } from '../../../instruments.js'
import type { Trace } from '../../../triggers/fire.js'
import type { ReadyResponse } from '../pipeline.js'
import { traceOf, type RequestHead, type Target } from './request-payload.js'
import type { RouteMatch } from '../routes.js'

/** The lowest status of a server error. */
const SERVER_ERROR = 500

export interface TracedRequest {
  readonly match: RouteMatch
  readonly parts: RequestHead
  readonly target: Target
}

/** Runs a request within its span, if it gets one, and reports its answer; `run` receives the trace of its calls. */
export async function withinRequestSpan<T extends ReadyResponse | { readonly kind: 'timeout' }>(
  host: EngineHost,
  { match, parts, target }: TracedRequest,
  run: (trace: Trace) => Promise<T>,
): Promise<T> {
  const trace = traceOf(parts.headers)
  const { template, binding } = match.route
  const span = host.instruments.openSpan?.({
    name: `${parts.method} ${template}`,
    trace,
    attributes: {
      'http.request.method': parts.method,
      'http.route': template,
      'faas.invoked_name': binding.functionId,
      ...functionKind(binding.functionId),
      ...requestAttributes(parts, target),
    },
  })
  const startedAt = host.clock.now()
  try {
    const outcome = await run(span?.trace ?? trace)
    const status = statusOf(outcome)
    const { traceparent } = span?.trace ?? trace
    const served = { functionId: binding.functionId, durationMs: host.clock.now() - startedAt, traceparent }
    host.emit({ kind: 'request_served', method: parts.method, path: target.path, status, ...served })
    if (span === undefined) return outcome
    const error =
      status < SERVER_ERROR ? undefined : { code: String(status), message: `Answered with ${String(status)}` }
    span.end(error, { 'http.response.status_code': String(status), ...sizeOf(outcome) })
    return outcome
  } catch (error) {
    span?.end(toErrorBody(error))
    throw error
  }
}

function statusOf(outcome: ReadyResponse | { readonly kind: 'timeout' }): number {
  if (outcome.kind === 'timeout') return 504
  return outcome.kind === 'answer' ? outcome.answer.status : outcome.start.status
}

function requestAttributes({ headers }: RequestHead, { path, query }: Target): Record<string, string> {
  const { 'user-agent': userAgent, 'content-length': size, host } = headers
  return {
    'url.scheme': 'http',
    'url.path': path,
    ...(query === '' ? {} : { 'url.query': withoutSecrets(query) }),
    ...(host === undefined ? {} : { 'server.address': host.replace(/:\d+$/, '') }),
    ...(userAgent === undefined ? {} : { 'user_agent.original': userAgent }),
    ...(size === undefined ? {} : { 'http.request.body.size': size }),
  }
}

/** The size of a response that is complete. */
function sizeOf(outcome: ReadyResponse | { readonly kind: 'timeout' }): Record<string, string> {
  if (outcome.kind !== 'answer') return {}
  return { 'http.response.body.size': String(Buffer.byteLength(outcome.answer.body)) }
}

/** The query as sent, unless it has sensitive keys. */
function withoutSecrets(query: string): string {
  const params = new URLSearchParams(query)
  const sensitive = [...new Set(params.keys())].filter(isTellingKey)
  for (const key of sensitive) params.set(key, 'REDACTED')
  return sensitive.length === 0 ? query : params.toString()
}
