/**
 * A collector that receives OTLP over real HTTP(S). It keeps what it receives, and answers as the test says. Closed when
 * the test ends.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'
import type { Certificate } from './certificates.js'
import { Changes } from './waiting.js'

export interface Received {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  /** Decompressed. */
  readonly body: Buffer
}

/** Answers a request. By default each is accepted. */
export type Respond = (request: Received, response: ServerResponse) => void

export interface Collector {
  readonly url: string
  readonly requests: Received[]
  respond: Respond
  /** Resolves once a condition on the requests holds, answered or not. */
  received(holds: (requests: readonly Received[]) => boolean): Promise<void>
  /** Stops listening and cuts all connections. */
  close(): Promise<void>
}

/** Accepts a request: an empty answer is a complete success. */
export const accept: Respond = ({ headers }, response) => {
  response.writeHead(200, { 'content-type': headers['content-type'] ?? 'application/json' })
  response.end(headers['content-type'] === 'application/json' ? '{}' : '')
}

export interface CollectorOptions {
  readonly port?: number
  /** Serves HTTPS. */
  readonly tls?: Certificate & { readonly ca?: string; readonly requestCert?: boolean }
}

export async function otlpCollector({ port = 0, tls }: CollectorOptions = {}): Promise<Collector> {
  const requests: Received[] = []
  const arrived = new Changes()
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const sent = Buffer.concat(chunks)
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
      const received = { path: request.url ?? '', headers: request.headers, body }
      requests.push(received)
      collector.respond(received, response)
      arrived.changed()
    })
  }
  const server = tls === undefined ? createServer(handle) : createSecureServer(tls, handle)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  onTestFinished(close)
  const { port: opened } = server.address() as AddressInfo
  const collector: Collector = {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(opened)}`,
    requests,
    respond: accept,
    received: (holds) =>
      arrived.until(
        () => holds(requests),
        () => `${String(requests.length)} requests do not suffice`,
      ),
    close,
  }
  return collector
}
