/**
 * Listens on the port for HTTP routes, tracks its connections, and serves requests without a port. Every request gets
 * one response or a closed connection, whatever clients and functions do.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { ErrorCode, RuntimeError } from '../../../errors.js'
import { duplexPair } from '../../../std/async/duplex-pair.js'
import { bound } from '../../../wire/transport/bound.js'
import { MAX_HEAD_BYTES } from '../../../wire/transport/ws-accept.js'
import type { EngineHost } from '../builtin.js'
import { CorsPolicy } from './cors.js'
import { Exchange, ExchangeEnded } from './exchange.js'
import type { HttpConfig } from './http-config.js'
import { BodyRoom } from './request/body-room.js'
import { inject, type InjectedRequest } from './request/inject.js'
import { RequestLimit } from './request/request-limit.js'
import type { RouteTable } from './routes.js'
import { serveRequest, type HttpSite } from './serve-request.js'

/** Time limit for a client to send the head of a request. */
const HEAD_TIMEOUT_MS = 10_000

/** Idle time after which TCP keepalive probes the client. */
const KEEP_ALIVE_PROBE_MS = 60_000

export class HttpServer {
  #site: HttpSite
  /** Requests in progress, by connection. */
  readonly #open = new WeakMap<Socket, Set<Exchange>>()
  readonly #server: Server
  /** Connections without a port. */
  readonly #injected = new Set<Duplex>()
  #state: 'made' | 'listening' | 'stopped' = 'made'

  constructor(host: EngineHost, config: HttpConfig, routes: RouteTable) {
    const limit = new RequestLimit(config.concurrencyRequestLimit)
    this.#site = { host, config, routes, limit, cors: new CorsPolicy(config.cors), room: new BodyRoom(host.clock) }
    this.#server = createServer({
      headersTimeout: HEAD_TIMEOUT_MS,
      maxHeaderSize: MAX_HEAD_BYTES,
      connectionsCheckingInterval: HEAD_TIMEOUT_MS / 4,
      // A long upload into a channel is allowed; the response has its own time limit.
      requestTimeout: 0,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
    })
    this.#server.on('request', (request, response) => void this.#serve(request, response))
  }

  /** The bound port; the configured one until the server has started. */
  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? this.#site.config.port
  }

  /** Applies settings to requests that arrive afterwards, and the limit of requests at a time to all. */
  reconfigure(config: HttpConfig): void {
    this.#site = { ...this.#site, config, cors: new CorsPolicy(config.cors) }
    this.#site.limit.resize(config.concurrencyRequestLimit)
  }

  /** Requests that wait for capacity. */
  get waitingRequests(): number {
    return this.#site.limit.waiting
  }

  /** @throws {RuntimeError} `PORT_IN_USE` when the port is in use. */
  async start(): Promise<void> {
    await bound(this.#server, this.#site.config)
    this.#server.on('error', (error) => this.#site.host.log.error({ error }, 'The HTTP server reported an error'))
    this.#state = 'listening'
  }

  /**
   * Serves a request without a port.
   * @throws {RuntimeError} `SHUTDOWN` after `stop`, and the errors of `inject`.
   */
  inject(request: InjectedRequest): Promise<Response> {
    if (this.#state === 'stopped') {
      return Promise.reject(new RuntimeError(ErrorCode.SHUTDOWN, 'This engine is closed'))
    }
    return inject(() => this.#connect(), request)
  }

  /** Stops listening and cuts every connection, which ends requests in progress. */
  async stop(): Promise<void> {
    const isListening = this.#state === 'listening'
    this.#state = 'stopped'
    for (const connection of this.#injected) connection.destroy()
    if (!isListening) return
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  #connect(): Duplex {
    const [client, served] = duplexPair()
    this.#injected.add(served)
    served.once('close', () => this.#injected.delete(served))
    this.#server.emit('connection', served)
    return client
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', (error) => this.#site.host.log.debug({ error }, 'A response could not be written completely'))
    const exchange = new Exchange({ request, response }, this.#site.host.clock, this.#site.config.defaultTimeoutMs)
    this.#watch(exchange)
    try {
      await serveRequest(this.#site, exchange)
    } catch (error) {
      // No response can be sent on this connection: the client has disconnected, or the head has been sent already.
      if (!(error instanceof ExchangeEnded)) this.#site.host.log.warn({ error }, 'A response was cut off')
      response.destroy()
    } finally {
      exchange.finish()
    }
  }

  /** Node does not report the end of a connection to a response that is queued behind others on it. */
  #watch(exchange: Exchange): void {
    const { socket } = exchange.request
    const open = this.#open.get(socket) ?? new Set()
    if (!this.#open.has(socket)) {
      this.#open.set(socket, open)
      socket.once('close', () => {
        for (const one of open) one.abandon()
      })
    }
    open.add(exchange)
    exchange.onOver(() => open.delete(exchange))
  }
}
