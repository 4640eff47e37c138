/** What stands between a worker and an engine far away: a TLS terminator, a Unix socket, a proxy. Closed with the test. */
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { onTestFinished } from 'vitest'

export interface Front {
  readonly port: number
  /** Connections so far. */
  readonly accepted: () => number
  /** Connections that are open now. */
  readonly sockets: ReadonlySet<Socket>
}

/** Ends TLS in front of a local port. */
export function tlsFront(port: number, options: TlsOptions): Promise<Front> {
  const server = createTlsServer(options, (socket) => join(socket, port))
  server.on('tlsClientError', () => undefined)
  return listening(server)
}

/** A Unix socket in front of a local port. */
export function unixFront(path: string, port: number): Promise<Front> {
  return listening(
    createServer((socket) => join(socket, port)),
    path,
  )
}

export interface Proxy extends Front {
  /** The targets that were asked for, with the credentials. */
  readonly requests: readonly { readonly target: string; readonly authorization: string | undefined }[]
}

/** An HTTP proxy. @param answer a status refuses, `hang` never answers. */
export async function connectProxy(answer: number | 'hang' = 200): Promise<Proxy> {
  const requests: { target: string; authorization: string | undefined }[] = []
  const server = createHttpServer()
  server.on('connect', (request, socket: Socket) => {
    requests.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] })
    socket.on('error', () => undefined)
    if (answer === 'hang') {
      socket.resume().on('end', () => socket.destroy())
      return
    }
    if (answer !== 200) {
      socket.end(`HTTP/1.1 ${String(answer)} No\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    const { hostname, port } = new URL(`http://${request.url ?? ''}`)
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    join(socket, Number(port), hostname)
  })
  return { ...(await listening(server)), requests }
}

function join(client: Socket, port: number, host = '127.0.0.1'): void {
  const server = connect(port, host)
  server.on('error', () => client.destroy())
  client.on('error', () => server.destroy())
  server.once('close', () => client.destroy())
  client.once('close', () => server.destroy())
  client.pipe(server).pipe(client)
}

async function listening(server: Server, path?: string): Promise<Front> {
  const sockets = new Set<Socket>()
  let accepted = 0
  server.on('connection', (socket: Socket) => {
    accepted += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => {
    if (path === undefined) server.listen(0, '127.0.0.1', resolve)
    else server.listen(path, resolve)
  })
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  )
  const address = server.address()!
  return { port: typeof address === 'string' ? 0 : address.port, accepted: () => accepted, sockets }
}
