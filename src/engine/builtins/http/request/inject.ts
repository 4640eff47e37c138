/**
 * Sends HTTP requests without a port: uses Node's HTTP client over an in-memory connection, so that a request is
 * handled like any other. Knows nothing of the server behind it.
 */
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { Readable, type Duplex } from 'node:stream'
import { ErrorCode, invalidArgument, NotConnectedError, RuntimeError } from '../../../../errors.js'
import { isRecord } from '../../../../wire/protocol/validate.js'
import { messageOf } from '../../../../std/text/describe.js'

/** A request for `inject`. */
export interface InjectedRequest {
  /** Path and query, such as `/orders/7?verbose=yes`. */
  readonly path: string
  /** Default `GET`. */
  readonly method?: string | undefined
  /** A list sends the header once for each value. `host` is `localhost` by default. */
  readonly headers?: Readonly<Record<string, string | number | readonly string[]>> | undefined
  /**
   * Strings, bytes, `URLSearchParams`, `FormData`, `Blob` and streams are sent as `fetch` sends them, with its default
   * `content-type`. Any other object or list is sent as JSON. Default: no body.
   */
  readonly body?: string | object | null | undefined
  /** Aborts the request: its connection is cut, and the promise rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined
}

/** A body that is ready to be sent. */
interface SentBody {
  readonly content: Buffer | Readable
  readonly contentType: string | null
}

/** Statuses without a body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])
/** The largest status that `Response` accepts. */
const MAX_STATUS = 599

/**
 * Sends a request over a connection.
 * @returns the response once its head has arrived; its body is streamed.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an invalid request. @throws {NotConnectedError} `CONNECTION_LOST` when
 * the connection ends before the response.
 */
export async function inject(connect: () => Duplex, given: InjectedRequest): Promise<Response> {
  const { path, method = 'GET', headers = {}, signal } = checked(given)
  const body = await bodyOf(given.body)
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    // With an agent, even none (`agent: false`), Node would open a TCP connection.
    const connection = { host: 'localhost', createConnection: connect }
    const request = sendable(() =>
      httpRequest({ ...connection, path, method, headers: headersOf(headers, body), ...(signal && { signal }) }),
    )
    request.once('response', (incoming) => resolve(responseOf(incoming, method)))
    request.on('error', (cause) => {
      reject((signal?.aborted === true ? signal.reason : lost(method, path, cause)) as Error)
    })
    if (body?.content instanceof Readable) body.content.on('error', (error) => request.destroy(error)).pipe(request)
    else request.end(body?.content)
  })
}

function checked(given: InjectedRequest): InjectedRequest {
  if (!isRecord(given)) throw invalidArgument('request', 'an object', given)
  const { path, method, headers, signal } = given
  if (typeof path !== 'string' || !path.startsWith('/'))
    throw invalidArgument('path', 'a path that begins with /', path)
  if (method !== undefined && typeof method !== 'string') throw invalidArgument('method', 'a string', method)
  if (headers !== undefined && !isRecord(headers)) throw invalidArgument('headers', 'an object', headers)
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalidArgument('signal', 'an AbortSignal', signal)
  return given
}

async function bodyOf(body: InjectedRequest['body']): Promise<SentBody | undefined> {
  if (body === undefined || body === null) return undefined
  if (body instanceof Readable) return { content: body, contentType: null }
  if (body instanceof ReadableStream) return { content: Readable.from(body), contentType: null }
  if (isFetchBody(body)) {
    const response = new Response(body)
    return { content: Buffer.from(await response.arrayBuffer()), contentType: response.headers.get('content-type') }
  }
  // Not JSON, such as a cycle or a function.
  const text = sendable(() => JSON.stringify(body) as string | undefined)
  if (text === undefined) throw invalidArgument('body', 'text, bytes or a value with a JSON form', body)
  return { content: Buffer.from(text), contentType: 'application/json' }
}

type FetchBody = string | URLSearchParams | FormData | Blob | ArrayBuffer | Uint8Array<ArrayBuffer>

function isFetchBody(body: string | object): body is FetchBody {
  if (typeof body === 'string' || ArrayBuffer.isView(body)) return true
  return [URLSearchParams, FormData, Blob, ArrayBuffer].some((kind) => body instanceof kind)
}

function headersOf(headers: NonNullable<InjectedRequest['headers']>, body: SentBody | undefined): OutgoingHttpHeaders {
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()))
  const { content, contentType } = body ?? { content: Buffer.alloc(0), contentType: null }
  const own: OutgoingHttpHeaders = {}
  if (contentType !== null && !names.has('content-type')) own['content-type'] = contentType
  if (body !== undefined && !names.has('content-length') && !names.has('transfer-encoding')) {
    if (content instanceof Readable) own['transfer-encoding'] = 'chunked'
    else own['content-length'] = content.length
  }
  // Node's type is a mutable list, although Node does not change it.
  return { ...own, ...(headers as OutgoingHttpHeaders) }
}

function responseOf(incoming: IncomingMessage, method: string): Response {
  const { statusCode: status = 200, statusMessage: statusText = '', rawHeaders } = incoming
  const headers = new Headers()
  for (let at = 0; at < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '')
  const hasBody = method.toUpperCase() !== 'HEAD' && !BODILESS.has(status)
  if (!hasBody) incoming.resume()
  const body = hasBody ? (Readable.toWeb(incoming) as ReadableStream<Uint8Array>) : null
  // As with `fetch`, a server may send a status that the `Response` constructor rejects.
  if (status <= MAX_STATUS) return new Response(body, { status, statusText, headers })
  const response = new Response(body, { statusText, headers })
  return Object.defineProperties(response, { status: { value: status }, ok: { value: false } })
}

function sendable<T>(make: () => T): T {
  try {
    return make()
  } catch (cause) {
    const message = `The request cannot be sent: ${messageOf(cause)}`
    throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, message, { cause })
  }
}

function lost(method: string, path: string, cause: Error): NotConnectedError {
  const message = `The connection ended before the response to ${method} ${path}: ${cause.message}`
  return new NotConnectedError(ErrorCode.CONNECTION_LOST, message, { outcome: 'unknown', cause })
}
