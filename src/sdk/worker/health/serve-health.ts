/**
 * Answers the probes of an orchestrator and the scrapes of a metrics collector for one worker: on a port of its own, or as
 * handlers for a server that exists already.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bound } from '../../../wire/transport/bound.js'
import { IIIConnectionState } from '../../connection/state.js'
import { checkFunction, checkRecord } from '../check.js'
import { checkHealthOptions, type HealthOptions, type ReadinessOptions } from './health-options.js'
import { ExposedMetrics, type MeasuredWorker } from './worker-metrics.js'

/** Members of a worker that probes need; `registerWorker` returns one. */
export interface ProbedWorker extends MeasuredWorker {
  /** Reports each new connection state. */
  onConnectionStateChange(callback: (state: IIIConnectionState) => void): () => void
}

/** Handler of one path. */
export type HealthHandler = (request: IncomingMessage, response: ServerResponse) => void

/** Handlers for your own server. */
export type HealthHandlers = {
  /** Answers 200 while the process works, 503 when the client has failed. */
  healthz: HealthHandler
  /** Answers 200 when calls reach the worker, else 503 with the reasons. */
  readyz: HealthHandler
  /** Answers with metrics in the text form of Prometheus, or of OpenMetrics where the request accepts it. */
  metrics: HealthHandler
  /** Stops measuring. */
  close(): void
}

/** A running probe server. */
export interface HealthServer extends AsyncDisposable {
  /** Base address, such as `http://127.0.0.1:9090`. */
  readonly url: string
  /** The port in use. */
  readonly port: number
  /** Stops answering and measuring. */
  close(): Promise<void>
}

/**
 * Serves `/healthz`, `/readyz` and `/metrics` of a worker until the worker has ended. Does not keep the process alive.
 * @throws {RuntimeError} `PORT_IN_USE`, `LISTEN_FAILED` for an address that cannot be opened, or `INVALID_ARGUMENT` for an
 * invalid option.
 * @example
 * const health = await serveHealth(worker, { port: 9090, host: '0.0.0.0' })
 */
export async function serveHealth(worker: ProbedWorker, options: HealthOptions = {}): Promise<HealthServer> {
  const { port, host, strict } = checkHealthOptions(options)
  const handlers = healthHandlers(worker, { strict })
  const server = createServer((request, response) => {
    route(handlers, request, response)
  })
  try {
    await bound(server, { port, host })
  } catch (error) {
    handlers.close()
    throw error
  }
  server.unref()
  return new Serving(server, handlers, worker)
}

/**
 * Returns the handlers of `serveHealth`, for your own server.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an argument that is not a worker, or an invalid option.
 */
export function healthHandlers(worker: ProbedWorker, options: ReadinessOptions = {}): HealthHandlers {
  checkFunction('worker.health', checkRecord('worker', worker)['health'])
  const { strict } = checkHealthOptions(options)
  const measured = new ExposedMetrics(worker)
  return {
    healthz: (_request, response) => {
      const { state } = worker.health()
      answer(response, state !== IIIConnectionState.Failed, { state })
    },
    readyz: (_request, response) => {
      const { isReady, ...health } = worker.health()
      answer(response, isReady && (!strict || health.waitingNames.length === 0), health)
    },
    metrics: (request, response) => {
      measured.scrape(request.headers.accept).then(
        ({ contentType, text }) => response.writeHead(200, { 'content-type': contentType }).end(text),
        (error: unknown) => response.destroy(error as Error),
      )
    },
    close: () => {
      measured.close()
    },
  }
}

class Serving implements HealthServer {
  readonly #server: Server
  readonly #handlers: HealthHandlers
  readonly #release: () => void
  readonly url: string
  readonly port: number

  constructor(server: Server, handlers: HealthHandlers, worker: ProbedWorker) {
    const { address, port, family } = server.address() as AddressInfo
    this.#server = server
    this.#handlers = handlers
    this.port = port
    this.url = `http://${family === 'IPv6' ? `[${address}]` : address}:${String(port)}`
    this.#release = worker.onConnectionStateChange((state) => {
      // A worker that has failed still has to say so to its orchestrator.
      if (state === IIIConnectionState.Disconnected) void this.close()
    })
  }

  close(): Promise<void> {
    this.#release()
    this.#handlers.close()
    this.#server.closeAllConnections()
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve()
      })
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function route(handlers: HealthHandlers, request: IncomingMessage, response: ServerResponse): void {
  const path = request.url?.split('?')[0]
  if (request.method !== 'GET' && request.method !== 'HEAD') send(response, 405, { error: 'Send GET.' })
  else if (path === '/healthz') handlers.healthz(request, response)
  else if (path === '/readyz') handlers.readyz(request, response)
  else if (path === '/metrics') handlers.metrics(request, response)
  else send(response, 404, { error: 'Not found. There are /healthz, /readyz and /metrics.' })
}

function answer(response: ServerResponse, isWell: boolean, body: object): void {
  send(response, isWell ? 200 : 503, { status: isWell ? 'ok' : 'unavailable', ...body })
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(`${JSON.stringify(body)}\n`)
}
