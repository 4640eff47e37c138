/**
 * Serves one request from its head to the end of its response, top to bottom: refusals without a function, a slot among
 * the requests in progress, middleware, body, condition, handler (`pipeline.ts`), and the response.
 */
import { toErrorBody } from '../../../wire/protocol/error-body.js'
import { hasTooManyHeaders } from '../../../wire/transport/ws-accept.js'
import type { EngineHost } from '../builtin.js'
import {
  type WholeResponse,
  badRequest,
  failed,
  methodNotAllowed,
  notFound,
  overloaded,
  timedOut,
  tooManyHeaders,
  writeAnswer,
  writeHead,
} from './answer/answer.js'
import { sendStream, type StreamStart } from './answer/streamed-response.js'
import type { CorsPolicy } from './cors.js'
import type { Exchange } from './exchange.js'
import type { HttpConfig } from './http-config.js'
import { runPipeline, type ReadyResponse } from './pipeline.js'
import type { BodyRoom } from './request/body-room.js'
import type { RequestLimit } from './request/request-limit.js'
import { headersOf, isSentTwice, queryParamsOf, splitTarget } from './request/request-payload.js'
import { withinRequestSpan } from './request/request-span.js'
import type { RouteMatch, RouteTable } from './routes.js'

/** State that all requests of a server share. */
export interface HttpSite {
  readonly host: EngineHost
  readonly config: HttpConfig
  readonly routes: RouteTable
  readonly cors: CorsPolicy
  /** Limits the requests in progress. */
  readonly limit: RequestLimit
  /** Limits the bytes of JSON bodies. */
  readonly room: BodyRoom
}

/**
 * Serves one request.
 * @throws {ExchangeEnded} when the client disconnects, so that no response can be written.
 */
export async function serveRequest(site: HttpSite, exchange: Exchange): Promise<void> {
  const { cors, host, limit, routes } = site
  const { method = 'GET', headers, rawHeaders, url = '/' } = exchange.request
  if (hasTooManyHeaders(exchange.request)) {
    answer(site, exchange, tooManyHeaders())
    return
  }
  if (isSentTwice('host', rawHeaders)) {
    answer(site, exchange, badRequest('`Host` was sent more than once'))
    return
  }
  if (method === 'OPTIONS') {
    writeAnswer(exchange.response, cors.preflight(headers.origin))
    return
  }
  const target = splitTarget(url)
  const { path, query } = target
  const match = routes.match(method, path)
  if (match === undefined) {
    const whole = missing(routes, method, path)
    answer(site, exchange, whole)
    host.emit({ kind: 'request_served', method, path, status: whole.status, ...NO_ROUTE })
    return
  }
  if (limit.isFull) {
    host.counters.refused.requests += 1
    answer(site, exchange, overloaded())
    return
  }
  const parts = { method, queryParams: queryParamsOf(query), headers: headersOf(rawHeaders) }
  const outcome = await withinRequestSpan(host, { match, parts, target }, (trace) =>
    limit
      .run(exchange, () => runPipeline({ ...site, exchange, match, parts, trace }))
      .catch((error: unknown) => failure(site, { exchange, match, method }, error)),
  )
  exchange.stopDeadline()
  if (outcome.kind === 'stream') await stream(site, exchange, outcome.start)
  else if (outcome.kind === 'answer') answer(site, exchange, outcome.answer)
  // The limit is checked before the CORS policy, so this response has none of its headers.
  else writeAnswer(exchange.response, timedOut())
}

/** What is reported of a request without a route. */
const NO_ROUTE = { functionId: undefined, durationMs: 0, traceparent: undefined } as const

/** A `HEAD` request gets 404 for a path that has a `GET` route. */
function missing(routes: RouteTable, method: string, path: string): WholeResponse {
  const allowed = routes.methodsAt(path)
  if (allowed.length === 0 || (method === 'HEAD' && allowed.includes('GET'))) return notFound()
  return methodNotAllowed(allowed)
}

interface FailedRequest {
  readonly exchange: Exchange
  readonly match: RouteMatch
  readonly method: string
}

/** The response when a function failed or the time limit expired. Rethrows when the client has disconnected. */
function failure(
  { host }: HttpSite,
  { exchange, match, method }: FailedRequest,
  error: unknown,
): ReadyResponse | { readonly kind: 'timeout' } {
  if (exchange.endedBy === 'deadline') return { kind: 'timeout' }
  if (exchange.endedBy === 'client-left') throw error
  const answer = failed(error, host.random)
  const { path, binding } = match.route
  const { errorId } = answer
  host.emit({
    kind: 'request_failed',
    method,
    path,
    functionId: binding.functionId,
    errorId,
    error: toErrorBody(error),
  })
  return { kind: 'answer', answer }
}

function answer({ cors, host }: HttpSite, { request, response }: Exchange, whole: WholeResponse): void {
  const unread = host.unread.of({ cut: () => response.destroy() })
  response.once('close', () => unread.set(0))
  writeAnswer(response, { ...whole, headers: cors.extend(whole.headers, request.headers.origin) })
  unread.set(response.writableLength)
}

async function stream({ cors }: HttpSite, exchange: Exchange, start: StreamStart): Promise<void> {
  const { request, response } = exchange
  // The length set by a function is enforced, otherwise the next response on this connection would be corrupted.
  response.strictContentLength = true
  writeHead(response, { ...start, headers: cors.extend(start.headers, request.headers.origin) })
  await sendStream(exchange, start)
}
