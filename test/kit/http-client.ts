/**
 * Sends HTTP requests over real sockets, one connection each, without headers that a browser or fetch adds.
 */
import { request, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'

/** One request; the path may be anything a request line can hold. */
export interface HttpCall {
  readonly port: number
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string | string[]>
  readonly body?: string | Uint8Array
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** Parsed text; fails the test when it is no JSON. */
  json(): unknown
}

/** Sends a request without ending it, for tests that write the body or read the response piece by piece. */
export function openRequest({ port, method = 'GET', path = '/', headers = {} }: HttpCall): ClientRequest {
  return request({ host: '127.0.0.1', port, method, path, headers, agent: false })
}

/** The response of a request, its body unread. */
export function responseOf(call: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    call.once('response', resolve).once('error', reject)
  })
}

/** Sends a request and reads the whole response. */
export async function httpCall(call: HttpCall): Promise<HttpAnswer> {
  const body = call.body === undefined ? undefined : Buffer.from(call.body)
  const length = body === undefined ? {} : { 'content-length': String(body.length) }
  const sent = openRequest({ ...call, headers: { connection: 'close', ...length, ...call.headers } })
  sent.end(body)
  return readAnswer(await responseOf(sent))
}

/** Reads a response to its end; rejects when it breaks off. */
export async function readAnswer(response: IncomingMessage): Promise<HttpAnswer> {
  const pieces: Buffer[] = []
  for await (const piece of response) pieces.push(piece as Buffer)
  const text = Buffer.concat(pieces).toString()
  const { statusCode = 0, headers } = response
  return { status: statusCode, headers, text, json: () => JSON.parse(text) as unknown }
}

/** A plain connection. */
export function rawSocket(port: number): Socket {
  return connect({ port, host: '127.0.0.1' })
}

/** Writes bytes as they are and reads what comes back until the other side closes. */
export async function rawCall(port: number, text: string): Promise<string> {
  const socket = rawSocket(port)
  socket.write(text)
  return readToEnd(socket)
}

/** Everything a socket receives until it is closed. */
export async function readToEnd(socket: Socket): Promise<string> {
  let received = ''
  for await (const piece of socket) received += (piece as Buffer).toString('latin1')
  return received
}

/**
 * Sends the head of a request with these header lines alone, and reads the answer: its body too, unless the connection
 * becomes a WebSocket.
 */
export async function sendHead(
  { port, path = '/' }: Pick<HttpCall, 'port' | 'path'>,
  headers: readonly string[],
): Promise<{ readonly status: number; readonly body: string }> {
  const socket = rawSocket(port)
  socket.write([`GET ${path} HTTP/1.1`, ...headers, '', ''].join('\r\n'))
  let received = ''
  for await (const piece of socket) {
    received += (piece as Buffer).toString('latin1')
    if (received.startsWith('HTTP/1.1 101 ')) break
  }
  return { status: Number(received.split(' ', 2)[1]), body: received.slice(received.indexOf('\r\n\r\n') + 4) }
}

/** What a client sends to turn a request into a WebSocket. */
export const UPGRADE_HEADERS: readonly string[] = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]
