/**
 * Serves routes on one port: finds the route of a request, leads it through its pipeline and writes what comes out.
 * Whatever a client or a function does, a request gets one response or a closed connection, and the server stays up.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { ErrorCode, RuntimeError } from '../../../errors.js'
import { toErrorBody } from '../../../wire/protocol/error-body.js'
import { duplexPair } from '../../../std/async/duplex-pair.js'
import { bound } from '../../../wire/transport/ws-accept.js'
import type { EngineHost } from '../builtin.js'
import {
  type Answer,
  badRequest,
  failed,
  methodNotAllowed,
  notFound,
  overloaded,
  timedOut,
  writeAnswer,
  writeHead,
} from './answer/answer.js'
import { BodyRoom } from './request/body-room.js'
import { CorsPolicy } from './cors.js'
import { Exchange, ExchangeEnded } from './exchange.js'
import type { HttpConfig } from './http-config.js'
import { inject, type InjectedRequest } from './request/inject.js'
import { runPipeline, type Outcome, type PipelineInput } from './pipeline.js'
import { RequestLimit } from './request/request-limit.js'
import { headersOf, isSentTwice, queryParamsOf, splitTarget } from './request/request-payload.js'
import { withinRequestSpan } from './request/request-span.js'
import type { RouteMatch, RouteTable } from './routes.js'
import { sendStream, type StreamStart } from './answer/streamed-response.js'

/** Time a client has to send the head of a request. */
const HEAD_TIMEOUT_MS = 10_000

/** Silence after which the system asks whether a client is still there. */
const KEEP_ALIVE_PROBE_MS = 60_000

export class HttpServer {
  readonly #host: EngineHost
  readonly #config: HttpConfig
  readonly #routes: RouteTable
  readonly #cors: CorsPolicy
  readonly #limit: RequestLimit
  readonly #room = new BodyRoom()
  /** Requests in work, by connection. */
  readonly #open = new WeakMap<Socket, Set<Exchange>>()
  readonly #server: Server
  /** Connections without a port. */
  readonly #injected = new Set<Duplex>()
  #state: 'made' | 'listening' | 'stopped' = 'made'

  constructor(host: EngineHost, config: HttpConfig, routes: RouteTable) {
    this.#host = host
    this.#config = config
    this.#routes = routes
    this.#cors = new CorsPolicy(config.cors)
    this.#limit = new RequestLimit(config.concurrencyRequestLimit)
    this.#server = createServer({
      headersTimeout: HEAD_TIMEOUT_MS,
      connectionsCheckingInterval: HEAD_TIMEOUT_MS / 4,
      // A long upload into a channel is fine; the answer has its own limit.
      requestTimeout: 0,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS,
    })
    this.#server.on('request', (request, response) => void this.#serve(request, response))
  }

  /** The bound port; the configured one until the server has started. */
  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? this.#config.port
  }

  /** Requests that wait for their turn. */
  get waitingRequests(): number {
    return this.#limit.waiting
  }

  /** @throws {RuntimeError} `PORT_IN_USE` when the port is taken. */
  async start(): Promise<void> {
    await bound(this.#server, this.#config)
    this.#server.on('error', (error) => this.#host.log.error({ error }, 'The HTTP server reports an error'))
    this.#state = 'listening'
  }

  /**
   * Serves a request that needs no port.
   * @throws {RuntimeError} `SHUTDOWN` after `stop`, and as `inject`.
   */
  inject(request: InjectedRequest): Promise<Response> {
    if (this.#state === 'stopped') {
      return Promise.reject(new RuntimeError(ErrorCode.SHUTDOWN, 'This engine is closed'))
    }
    return inject(() => this.#connect(), request)
  }

  /** Stops listening and cuts every connection; requests in work end with theirs. */
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
    response.on('error', (error) => this.#host.log.debug({ error }, 'A response could not be written to its end'))
    const exchange = new Exchange({ request, response }, this.#host.clock, this.#config.defaultTimeoutMs)
    this.#watch(exchange)
    try {
      await this.#respond(exchange)
    } catch (error) {
      // Nothing more can be said on this connection: the client has left, or the head has gone out already.
      if (!(error instanceof ExchangeEnded)) this.#host.log.warn({ error }, 'A response broke off')
      response.destroy()
    } finally {
      exchange.finish()
    }
  }

  /** A response that waits behind others on its connection never hears of that connection's end, so it is told. */
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

  async #respond(exchange: Exchange): Promise<void> {
    const { method = 'GET', headers, rawHeaders, url = '/' } = exchange.request
    if (isSentTwice('host', rawHeaders)) {
      this.#answer(exchange, badRequest('`Host` was sent more than once'))
      return
    }
    if (method === 'OPTIONS') {
      writeAnswer(exchange.response, this.#cors.preflight(headers.origin))
      return
    }
    const target = splitTarget(url)
    const match = this.#routes.match(method, target.path)
    if (match === undefined) {
      this.#answer(exchange, this.#missing(method, target.path))
      return
    }
    if (this.#limit.isFull) {
      this.#host.counters.refused.requests += 1
      this.#answer(exchange, overloaded())
      return
    }
    const outcome = await this.#outcome(exchange, match, target.query)
    exchange.stopDeadline()
    if (outcome.kind === 'stream') await this.#stream(exchange, outcome.start)
    else if (outcome.kind === 'answer') this.#answer(exchange, outcome.answer)
    // The limit is outside the policy for browsers, so its answer has none of their headers.
    else writeAnswer(exchange.response, timedOut())
  }

  #outcome(exchange: Exchange, match: RouteMatch, query: string): Promise<Outcome | { kind: 'timeout' }> {
    const { method = 'GET', rawHeaders } = exchange.request
    const parts = { method, queryParams: queryParamsOf(query), headers: headersOf(rawHeaders) }
    return withinRequestSpan(this.#host, { match, parts }, (trace) => this.#run({ exchange, match, parts, trace }))
  }

  async #run(request: Omit<PipelineInput, 'host' | 'config' | 'room'>): Promise<Outcome | { kind: 'timeout' }> {
    const { exchange, match, parts } = request
    try {
      const shared = { host: this.#host, config: this.#config, room: this.#room }
      return await this.#limit.run(exchange, () => runPipeline({ ...shared, ...request }))
    } catch (error) {
      if (exchange.endedBy === 'deadline') return { kind: 'timeout' }
      if (exchange.endedBy === 'client-left') throw error
      const answer = failed(error, this.#host.random)
      const { functionId } = match.route.binding
      const { method } = parts
      const { path } = match.route
      const { errorId } = answer
      this.#host.emit({ kind: 'request_failed', method, path, functionId, errorId, error: toErrorBody(error) })
      return { kind: 'answer', answer }
    }
  }

  /** A `HEAD` request counts as unknown where there is a `GET` route. */
  #missing(method: string, path: string): Answer {
    const allowed = this.#routes.methodsAt(path)
    if (allowed.length === 0 || (method === 'HEAD' && allowed.includes('GET'))) return notFound()
    return methodNotAllowed(allowed)
  }

  #answer(exchange: Exchange, answer: Answer): void {
    const { request, response } = exchange
    const unread = this.#host.unread.of({ cut: () => response.destroy() })
    response.once('close', () => unread.set(0))
    writeAnswer(response, { ...answer, headers: this.#cors.extend(answer.headers, request.headers.origin) })
    unread.set(response.writableLength)
  }

  async #stream(exchange: Exchange, start: StreamStart): Promise<void> {
    const { request, response } = exchange
    // A length promised by the function is held to, or the next response on this connection would be garbled.
    response.strictContentLength = true
    writeHead(response, { ...start, headers: this.#cors.extend(start.headers, request.headers.origin) })
    await sendStream(exchange, start)
  }
}
