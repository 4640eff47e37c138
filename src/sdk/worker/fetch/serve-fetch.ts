/**
 * Serves a web-standard handler, a function from `Request` to `Response`, behind HTTP triggers. Both bodies are streamed.
 * Headers that a streamed response cannot have, which is several cookies, are sent with a response in one piece.
 */
import { ErrorCode, invalidArgument, RuntimeError } from '../../../errors.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { describe } from '../../../std/text/describe.js'
import type { ChannelReader } from '../../channel/reader.js'
import { holdDrain, type ChannelWriter } from '../../channel/writer.js'
import { checkId, checkRecord } from '../check.js'
import type { III } from '../client.js'
import { abortWith } from '../invocations/http-handler.js'
import { HandlerContext, type InvocationContext } from '../invocations/invocation-context.js'

/** A function from a request to its response, or an object with one: what Hono, itty-router and route handlers are. */
export type FetchApp =
  ((request: Request) => Response | Promise<Response>) | { fetch(request: Request): Response | Promise<Response> }

/** Options of `serveFetch`. */
export type ServeFetchOptions = {
  /** Routes, each a method and a path, such as `GET /orders/:id`. Engines have no wildcards. */
  routes: readonly string[]
  /** Id of the function that serves the routes. Default: `fetch`; two applications in one worker need two ids. */
  functionId?: string | undefined
}

/** A served application. */
export type ServedFetch = Disposable & {
  /** Removes the routes and the function. */
  unregister(): void
}

/** Members of a worker that `serveFetch` needs. */
export type FetchWorker = Pick<III, 'registerFunction' | 'registerTrigger'>

/** Maximum bytes of a response that sets several cookies, since it is sent in one piece. */
const MAX_WHOLE_BYTES = 4 * 1024 * 1024

/** Statuses without a body (Fetch Standard). */
const NULL_BODY_STATUSES: ReadonlySet<number> = new Set([204, 205, 304])

/**
 * Serves an application behind `http` triggers.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for a route that engines cannot serve, `DUPLICATE_FUNCTION` for an id in use.
 * @example
 * serveFetch(worker, new Hono().get('/orders/:id', (c) => c.json({ id: c.req.param('id') })), {
 *   routes: ['GET /orders/:id'],
 * })
 */
export function serveFetch(worker: FetchWorker, app: FetchApp, options: ServeFetchOptions): ServedFetch {
  const { routes, functionId = 'fetch' } = checkRecord('options', options) as ServeFetchOptions
  if (!Array.isArray(routes) || routes.length === 0) throw invalidArgument('routes', 'a list of routes', routes)
  const configs = routes.map((route: unknown, index) => configOf(route, `routes[${String(index)}]`))
  const handle = handlerOf(app)
  const registered = worker.registerFunction(
    checkId('functionId', functionId),
    (payload: unknown, _metadata, context) => serve(handle, payload, context),
  )
  const triggers = configs.map((config) => worker.registerTrigger({ type: 'http', function_id: functionId, config }))
  const unregister = (): void => {
    for (const each of [...triggers, registered]) each.unregister()
  }
  return { unregister, [Symbol.dispose]: unregister }
}

type Handle = (request: Request) => unknown

function handlerOf(app: unknown): Handle {
  if (typeof app === 'function') return app as Handle
  if (isRecord(app) && typeof app['fetch'] === 'function') {
    const served = app as unknown as { fetch(request: Request): unknown }
    return (request) => served.fetch(request)
  }
  throw invalidArgument('app', 'a function from a Request to a Response, or an object with `fetch`', app)
}

function configOf(route: unknown, argument: string): { api_path: string; http_method: string } {
  const [, method, path] = /^([A-Za-z]+) +(\/\S*)$/.exec(typeof route === 'string' ? route : '') ?? []
  if (method === undefined || path === undefined)
    throw invalidArgument(argument, 'a method and a path such as "GET /orders/:id"', route)
  if (method.toUpperCase() === 'OPTIONS')
    throw invalidArgument(argument, 'another method: engines answer OPTIONS by themselves', route)
  if (/[*?{}()]/.test(path))
    throw invalidArgument(argument, 'a path of plain and `:name` segments: engines have no wildcards', route)
  return { api_path: path, http_method: method.toUpperCase() }
}

/** A request as the engine sends it. */
interface Exchange {
  readonly method: string
  readonly path: string
  readonly path_params: Readonly<Record<string, string>>
  readonly query_params: Readonly<Record<string, string | readonly string[]>>
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly request_body: ChannelReader
  readonly response: ChannelWriter
}

function exchangeOf(payload: unknown): Exchange {
  const isRequest = isRecord(payload) && isRecord(payload['headers']) && isRecord(payload['response'])
  if (isRequest) return payload as unknown as Exchange
  throw invalidArgument('payload', 'an HTTP request', payload)
}

async function serve(handle: Handle, payload: unknown, context: InvocationContext): Promise<unknown> {
  const exchange = exchangeOf(payload)
  const { response: writer, request_body: body } = exchange
  holdDrain(writer)
  if (context instanceof HandlerContext) abortWith(writer.stream, context)
  // A lost connection rejects the write in progress. After an answer in one piece, the engine refuses the channel.
  writer.stream.on('error', ignore)
  // Opens the channel, so that the signal aborts as soon as the client leaves.
  void writer.sendMessage(statusMessage(200))
  const request = requestOf(exchange, context.signal)
  const response: unknown = await handle(request)
  // A response of another realm or polyfill is not an instance of this one.
  if (!isResponse(response)) {
    const text = `The application must return a Response, got ${describe(response)}`
    throw new RuntimeError(ErrorCode.invalid_response, text)
  }
  const answer = await send(response, exchange)
  if (request.body !== null && !request.bodyUsed) await body.close()
  return answer
}

function requestOf(exchange: Exchange, signal: AbortSignal): Request {
  const { method, headers: received } = exchange
  const headers = new Headers()
  for (const [name, value] of Object.entries(received)) {
    for (const one of typeof value === 'string' ? [value] : value) headers.append(name, one)
  }
  const hasBody = headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0
  if (!hasBody || method === 'GET' || method === 'HEAD')
    return new Request(urlOf(exchange, headers), { method, headers, signal })
  const body = exchange.request_body.toWeb() as unknown as RequestInit['body']
  // The types of Node 20 lack the member that a streamed body needs.
  const init = { method, headers, signal, body, duplex: 'half' } as RequestInit
  return new Request(urlOf(exchange, headers), init)
}

/** The address of a request. The engine sends the route with its values, which are as the client encoded them. */
function urlOf({ path, path_params: values, query_params: query }: Exchange, headers: Headers): URL {
  const filled = path.replace(/:([^/]+)/g, (segment, name: string) => values[name] ?? segment)
  const url = new URL(filled, `http://${headers.get('host') ?? 'localhost'}`)
  for (const [name, value] of Object.entries(query)) {
    for (const one of typeof value === 'string' ? [value] : value) url.searchParams.append(name, one)
  }
  return url
}

function isResponse(value: unknown): value is Response {
  return value instanceof Response || (isRecord(value) && value['headers'] instanceof Headers && 'status' in value)
}

async function send(response: Response, { method, response: writer }: Exchange): Promise<unknown> {
  const cookies = response.headers.getSetCookie()
  if (cookies.length > 1) return inOnePiece(response, cookies)
  void writer.sendMessage(statusMessage(response.status))
  void writer.sendMessage(JSON.stringify({ type: 'set_headers', headers: Object.fromEntries(response.headers) }))
  const hasBody = response.body !== null && method !== 'HEAD' && !NULL_BODY_STATUSES.has(response.status)
  if (!hasBody) {
    await response.body?.cancel()
    await writer.close()
    return undefined
  }
  try {
    await writer.pipeFrom(response.body)
    return undefined
  } catch (error) {
    // The client gets no clean end.
    writer.stream.destroy(error instanceof Error ? error : undefined)
    throw error
  }
}

function ignore(): void {
  // The request is over.
}

function statusMessage(status: number): string {
  return JSON.stringify({ type: 'set_status', status_code: status })
}

/** Several cookies: a list of header lines, which a streamed response cannot have, with the body as text. */
async function inOnePiece(response: Response, cookies: readonly string[]): Promise<unknown> {
  const headers = [...response.headers].filter(([name]) => name !== 'set-cookie')
  const bytes = await wholeBody(response)
  // Without a type of its own, engines send a body as JSON.
  if (!response.headers.has('content-type')) headers.push(['content-type', 'text/plain;charset=UTF-8'])
  const lines = [...headers.map(([name, value]) => `${name}: ${value}`), ...cookies.map((one) => `set-cookie: ${one}`)]
  return { status_code: response.status, headers: lines, body: textOf(bytes) }
}

async function wholeBody(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength
    if (length > MAX_WHOLE_BYTES)
      throw unsendable(`up to ${String(MAX_WHOLE_BYTES)} bytes`, ErrorCode.MESSAGE_TOO_LARGE)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function textOf(bytes: Buffer): string {
  const text = bytes.toString()
  if (Buffer.byteLength(text) === bytes.byteLength && Buffer.from(text).equals(bytes)) return text
  throw unsendable('text in UTF-8', ErrorCode.invalid_response)
}

function unsendable(
  allowed: string,
  code: typeof ErrorCode.MESSAGE_TOO_LARGE | typeof ErrorCode.invalid_response,
): RuntimeError {
  return new RuntimeError(
    code,
    `A response that sets several cookies is sent in one piece, so its body must be ${allowed}`,
  )
}
