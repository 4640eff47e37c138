/**
 * Accepts WebSockets on one port. Every upgrade is passed to the caller as a request to accept or refuse, so that paths
 * and access rules stay there. Sockets that never finish their request head are closed.
 */
import { createServer, STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import type { ErrorCode } from '../../errors.js'
import { bound } from './bound.js'
import { MAX_CONTROLS_AMID_MESSAGE, MAX_FRAGMENTS, MAX_FRAME_BYTES, MAX_MESSAGE_BYTES } from '../protocol/limits.js'
import { CloseCode, ForwardedEvents, type Transport, type TransportEvents } from './transport.js'
import { FrameGuard } from './framing/frame-guard.js'
import type { SharedBytes } from './shared-bytes.js'
import { WsTransport } from './ws-transport.js'

export interface ListenOptions {
  readonly host: string
  /** 0 selects a free port. */
  readonly port: number
  /** Time limit for the request head. */
  readonly handshakeTimeoutMs: number
  /** Enables Nagle's algorithm and writes each frame separately, so that small frames wait. Default false. */
  readonly delaysWrites?: boolean
  /** Limits the memory of large messages. Default: only each message is limited. */
  readonly largeMessages?: SharedBytes
  /** Answers requests that are not upgrades. Default: they get status 400. */
  readonly serve?: (request: IncomingMessage, response: ServerResponse) => void
  /** Checks the headers of every request first, each with all its values. */
  readonly screen?: (headers: NodeJS.Dict<string[]>) => Refusal | undefined
}

/** Why a request is refused. */
export interface Refusal {
  readonly status: number
  readonly body: { readonly error: { readonly code: ErrorCode; readonly message: string } }
}

/** The upgrade request of one client. */
export interface UpgradeRequest {
  /** The path without query, as sent. */
  readonly path: string
  /** The raw query without `?`. */
  readonly query: string
  /** Header names in lower case; the last of repeated headers. */
  readonly headers: Readonly<Record<string, string>>
  readonly remoteAddress: string
  /** Absent if there is no network in between. */
  readonly remotePort?: number | undefined
  /**
   * Completes the handshake, with `headers` in its response. The transport is open when this returns; `events.open` is
   * called inside.
   */
  accept(createEvents: (transport: Transport) => TransportEvents, headers?: Readonly<Record<string, string>>): void
  refuse(status: number, text: string): void
}

export interface Listener {
  readonly port: number
  /** Stops accepting and cuts all remaining sockets. */
  close(): Promise<void>
}

const JSON_TYPE = 'application/json'

/** Maximum bytes of the request line and the headers. A longer head gets status 431. */
export const MAX_HEAD_BYTES = 64 * 1024
/** Maximum headers of a request. With more it gets status 431. */
export const MAX_HEADERS = 100

/**
 * Starts listening.
 * @throws {RuntimeError} `PORT_IN_USE` when the port is in use; other system errors unchanged.
 */
export async function listen(options: ListenOptions, onUpgrade: (request: UpgradeRequest) => void): Promise<Listener> {
  const server = createServer({
    headersTimeout: options.handshakeTimeoutMs,
    connectionsCheckingInterval: options.handshakeTimeoutMs / 4,
    maxHeaderSize: MAX_HEAD_BYTES,
  })
  server.on('request', (request, response) => {
    answerPlain(options, request, response)
  })
  const acceptor = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    maxFragments: MAX_FRAGMENTS,
    perMessageDeflate: false,
    clientTracking: false,
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (message: IncomingMessage, socket: Socket, head: Buffer) => {
    // A client that resets during the handshake must not crash the process.
    socket.on('error', () => socket.destroy())
    const refusal = options.screen?.(message.headersDistinct)
    if (hasTooManyHeaders(message)) refuse(socket, { status: 431, type: 'text/plain', text: '' })
    else if (refusal === undefined) onUpgrade(upgradeRequest({ message, socket, head, acceptor, options }))
    else refuse(socket, { status: refusal.status, type: JSON_TYPE, text: JSON.stringify(refusal.body) })
  })
  await bound(server, options)
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** Whether a request has more than `MAX_HEADERS` headers. */
export function hasTooManyHeaders({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>): boolean {
  return rawHeaders.length > MAX_HEADERS * 2
}

interface Upgrade {
  readonly message: IncomingMessage
  readonly socket: Socket
  readonly head: Buffer
  readonly acceptor: WebSocketServer
  readonly options: ListenOptions
}

function upgradeRequest({ message, socket, head, acceptor, options }: Upgrade): UpgradeRequest {
  const { delaysWrites = false } = options
  const [path, query] = splitOnce(message.url ?? '/')
  return {
    path,
    query,
    headers: lastOfEach(message.headersDistinct),
    remoteAddress: (socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    remotePort: socket.remotePort,
    accept(createEvents, headers = {}) {
      const addHeaders = (lines: string[]): void => {
        for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
      }
      // Emitted while `handleUpgrade` runs; not at all if the handshake is malformed.
      acceptor.once('headers', addHeaders)
      acceptor.handleUpgrade(message, socket, head, (ws) => {
        // The transport is created before the listener that needs it.
        const events = new ForwardedEvents()
        const transport = new WsTransport(ws, events)
        socket.setNoDelay(!delaysWrites)
        transport.attach(socket, 'server', delaysWrites)
        guardFrames({ socket, head, options }, transport)
        events.forwardTo(createEvents(transport))
        events.open()
      })
      acceptor.off('headers', addHeaders)
    },
    refuse(status, text) {
      refuse(socket, { status, type: 'text/plain; charset=utf-8', text })
    },
  }
}

interface RefusalText {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** Answers a request that is not an upgrade. */
function answerPlain({ screen, serve }: ListenOptions, request: IncomingMessage, response: ServerResponse): void {
  const refusal = screen?.(request.headersDistinct)
  if (refusal === undefined && serve !== undefined) {
    serve(request, response)
    return
  }
  // Closed, since the client could otherwise send the body of its request for minutes.
  response.shouldKeepAlive = false
  if (refusal === undefined) {
    response.writeHead(400, { 'content-type': 'text/plain' }).end('This port accepts WebSocket connections only')
  } else response.writeHead(refusal.status, { 'content-type': JSON_TYPE }).end(JSON.stringify(refusal.body))
}

function refuse(socket: Socket, { status, type, text }: RefusalText): void {
  const length = String(Buffer.byteLength(text))
  // The socket would otherwise stay open until the client closes its end.
  socket.once('finish', () => socket.destroy())
  socket.end(
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\n` +
      `Content-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n${text}`,
  )
}

/**
 * Receives every byte before the buffer of the socket does: when a connection is cut, bytes in that buffer reach the
 * library without passing any listener.
 */
function guardFrames(
  { socket, head, options }: Pick<Upgrade, 'socket' | 'head' | 'options'>,
  transport: WsTransport,
): void {
  const guard = new FrameGuard({ maxBytes: MAX_FRAME_BYTES, maxControls: MAX_CONTROLS_AMID_MESSAGE })
  let isOver = false
  const end = (code: number, reason: string): void => {
    isOver = true
    transport.close(code, reason)
    // The peer is in the middle of the frame and will not answer a close frame.
    setImmediate(() => {
      transport.terminate()
    })
  }
  const message = options.largeMessages?.of({
    isRead: () => !transport.isPaused,
    cut: (reason) => end(CloseCode.TRY_AGAIN_LATER, reason),
  })
  const check = (chunk: Buffer): void => {
    if (isOver) return
    const excess = guard.take(chunk)
    if (excess === undefined) message?.set(guard.unfinishedBytes)
    else if (excess === 'maxBytes') end(CloseCode.MESSAGE_TOO_BIG, `frame over ${String(MAX_FRAME_BYTES)} bytes`)
    else end(CloseCode.POLICY_VIOLATION, 'too many control frames amid a message')
  }
  check(head)
  const push = socket.push.bind(socket)
  socket.push = (chunk: Buffer | null, encoding) => {
    if (chunk !== null) check(chunk)
    return push(chunk, encoding)
  }
  socket.once('close', () => {
    isOver = true
    message?.set(0)
  })
}

function splitOnce(url: string): [string, string] {
  const mark = url.indexOf('?')
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
}

function lastOfEach(headers: NodeJS.Dict<string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values?.at(-1) ?? '']))
}
