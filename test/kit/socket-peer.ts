/** Real servers on free local ports for tests of sockets: WebSocket and bare TCP. Closed when the test ends. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import { checkFrame } from './strict-reader.js'

export interface SocketPeer {
  readonly url: string
  readonly port: number
  /** TCP connections that are open now. */
  readonly sockets: ReadonlySet<Socket>
  stop(): Promise<void>
}

/** The session info that an engine sends first. Without it a worker sends nothing. */
export const SESSION_INFO =
  '{"type":"workerregistered","worker_id":"5d0c3f0e-0000-4000-8000-000000000000","reattach_token":"5d0c3f0e-0000-4000-8000-000000000001"}'

/** How frames of workers begin; others are data of tests. */
const IS_PROTOCOL = /^(?:\{"type":|OTLP|MTRC|LOGS)/

/** A WebSocket server; `onSocket` gets every client and its request. */
export function webSocketPeer(
  onSocket: (socket: WebSocket, request: IncomingMessage) => void,
  options: { readonly autoPong?: boolean } = {},
): Promise<SocketPeer> {
  const server = createServer()
  const acceptor = new WebSocketServer({ server, maxPayload: 128 * 1024 * 1024, ...options })
  acceptor.on('connection', (socket, request) => {
    socket.on('error', () => undefined)
    socket.on('message', (frame: Buffer) => {
      if (IS_PROTOCOL.test(frame.toString('latin1', 0, 8))) checkFrame(frame)
    })
    onSocket(socket, request)
  })
  return listening(server)
}

/** An HTTP server that answers every upgrade as `onUpgrade` does. */
export function httpPeer(onRequest: (request: IncomingMessage, response: ServerResponse) => void): Promise<SocketPeer> {
  return listening(createServer(onRequest))
}

/** A TCP server without any protocol, which answers nothing by itself: not even the end of a connection. */
export function tcpPeer(onSocket: (socket: Socket) => void): Promise<SocketPeer> {
  return listening(createTcpServer({ allowHalfOpen: true }, onSocket))
}

interface Listening {
  on(event: 'connection', listener: (socket: Socket) => void): unknown
  listen(port: number, host: string, onListening: () => void): unknown
  address(): unknown
  close(onClosed: () => void): unknown
}

async function listening(server: Listening): Promise<SocketPeer> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    socket.on('error', () => undefined)
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  let stopping: Promise<void> | undefined
  const stop = (): Promise<void> =>
    (stopping ??= new Promise((resolve) => {
      server.close(resolve)
      for (const socket of sockets) socket.destroy()
    }))
  onTestFinished(stop)
  return { url: `ws://127.0.0.1:${port}`, port, sockets, stop }
}
