/**
 * Opens WebSockets to an engine. The socket is constructed synchronously; everything else is an event. The library is
 * loaded by the first dial: it would be half of the cost of a cold import, and tests in memory never dial.
 */
import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { PeerCertificate } from 'node:tls'
import type * as Ws from 'ws'
import { MAX_INBOUND_BYTES } from '../protocol/limits.js'
import { requireModule } from '../../std/require-module.js'
import { dialProblem, type DialAttempt, type DialFailure } from './dial-problem.js'
import { passHeaders, type Dial, type DialOptions, type HandshakeHeaders } from './transport.js'
import { WsTransport } from './ws-transport.js'

/** Settings of TLS, with the text of certificates and keys. */
export interface TlsSettings {
  readonly ca?: string[]
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
  readonly rejectUnauthorized?: boolean
  readonly checkServerIdentity?: (host: string, certificate: PeerCertificate) => Error | undefined
}

/** How an address is reached, asked before each dial. What it throws ends the dial. */
export interface DialRoute {
  readonly tls?: TlsSettings | undefined
  readonly agent?: Agent | undefined
  /** The proxy of the agent, without credentials. */
  readonly proxy?: string | undefined
  /** Called once the dial led to no connection, or the connection has closed. */
  readonly release?: (() => void) | undefined
}

/** Dials over TCP or TLS, without compression, which the engine does not offer. */
export const dialWebSocket: Dial = webSocketDial(() => ({}))

/** A dial along the routes that `routeTo` returns. */
export function webSocketDial(routeTo: (url: string) => DialRoute): Dial {
  return (url, options, events) => {
    const attempt = new Attempt(url)
    const ws = open(url, options, { attempt, routeTo })
    const transport = new WsTransport(ws, events, options.highWaterBytes)
    transport.attempt = attempt
    ws.once('upgrade', (response: IncomingMessage) => {
      response.socket.setNoDelay(true)
      transport.attempt = undefined
      transport.peerHeaders = response.headers
      transport.attach(response.socket, 'client')
    })
    ws.once('unexpected-response', (_request, response: IncomingMessage) => {
      const status = response.statusCode ?? 0
      transport.handshakeRefused(status, new Error(`The engine refused the handshake with HTTP ${String(status)}`))
      response.resume()
      // If this event has a listener, the library leaves ending the attempt to us.
      ws.terminate()
    })
    ws.once('open', () => {
      events.open()
    })
    ws.once('close', () => attempt.route.release?.())
    return transport
  }
}

/** How far a dial has come. */
class Attempt {
  route: DialRoute = {}
  readonly #url: string
  #isTunnelled = false
  #isConnected = false
  #hasHeaders = false
  wasCut = false

  constructor(url: string) {
    this.#url = url
  }

  problemOf(failure?: DialFailure): string | undefined {
    return dialProblem(this.#url, { stage: this.#stage, proxy: this.route.proxy, wasCut: this.wasCut }, failure)
  }

  get #stage(): DialAttempt['stage'] {
    if (this.route.proxy !== undefined && !this.#isTunnelled) return 'proxy'
    if (!this.#isConnected) return 'connection'
    return this.#hasHeaders ? 'answer' : 'headers'
  }

  follow(request: ClientRequest): void {
    request.once('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      this.#isTunnelled = statusCode === 200
    })
    request.once('socket', (socket) => {
      const isSecure = 'encrypted' in socket
      const connected = (): void => {
        this.#isConnected = true
      }
      if (isSecure || socket.connecting) socket.once(isSecure ? 'secureConnect' : 'connect', connected)
      else connected()
    })
  }

  /** Sends the request once its headers are known. */
  send(request: ClientRequest, options: DialOptions): void {
    const pass = (headers: HandshakeHeaders): void => {
      this.#hasHeaders = true
      for (const [name, value] of Object.entries(headers)) request.setHeader(name, value)
      request.end()
    }
    const fail = (error: unknown): void => {
      request.destroy(asError(error))
    }
    queueMicrotask(() => {
      passHeaders(options, pass, fail)
    })
  }
}

interface Dialled {
  readonly attempt: Attempt
  readonly routeTo: (url: string) => DialRoute
}

function open(url: string, options: DialOptions, { attempt, routeTo }: Dialled): Ws.WebSocket {
  // The package itself declares the type of its module.
  const { WebSocket } = requireModule('ws') as typeof Ws
  const common: Ws.ClientOptions = {
    finishRequest(request) {
      attempt.follow(request)
      attempt.send(request, options)
    },
    maxPayload: MAX_INBOUND_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
    ...(options.closeTimeoutMs === undefined ? {} : { closeTimeout: options.closeTimeoutMs }),
  }
  try {
    attempt.route = routeTo(url)
    const { tls, agent } = attempt.route
    // The types of the library declare another check of names than that of Node.js, which gets it.
    const secure = tls as Ws.ClientOptions | undefined
    return new WebSocket(url, { ...common, ...secure, ...(agent === undefined ? {} : { agent }) })
  } catch (error) {
    // Reported by the `close` event, as the failure of any dial.
    const finishRequest = (request: ClientRequest): void => void request.destroy(asError(error))
    return new WebSocket(url, { ...common, finishRequest, createConnection: () => new Socket() })
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
