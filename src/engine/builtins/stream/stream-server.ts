/**
 * The WebSocket server for browsers: calls the auth function for each client and passes its frames to a `StreamClient`.
 * By default every client is admitted and join handlers may refuse. With `auth_required`, a client gets 401 if the auth
 * function does not admit it or no join handler could check it.
 */
import { isRecord } from '../../../wire/protocol/validate.js'
import { joinSignals } from '../../../std/async/abortable.js'
import { listen, type Listener, type UpgradeRequest } from '../../../wire/transport/ws-accept.js'
import type { EngineHost } from '../builtin.js'
import { screenOf } from '../../access/origins.js'
import { StreamClient, type StreamClientParts } from './stream-client.js'
import type { StreamConfig } from './stream-config.js'

/** Maximum clients at once. Further ones get 503. */
const MAX_CLIENTS = 10_000
const HANDSHAKE_TIMEOUT_MS = 10_000
/** Time limit of the auth function. After it, the client is admitted without a context. */
export const AUTH_TIMEOUT_MS = 10_000

export type StreamServerConfig = Pick<StreamConfig, 'host' | 'port' | 'authFunctionId' | 'authRequired' | 'origins'>

export class StreamServer {
  readonly #host: EngineHost
  readonly #config: StreamServerConfig
  readonly #clientParts: StreamClientParts
  readonly #stopped = new AbortController()
  #listener: Listener | undefined
  #clients = 0
  #authenticating = 0

  constructor(host: EngineHost, config: StreamServerConfig, clientParts: StreamClientParts) {
    this.#host = host
    this.#config = config
    this.#clientParts = clientParts
  }

  /** The bound port; the configured one while it does not listen. */
  get port(): number {
    return this.#listener?.port ?? this.#config.port
  }

  /** @throws {RuntimeError} `PORT_IN_USE` when the port is in use. */
  async start(): Promise<void> {
    const { host, port } = this.#config
    const screen = screenOf(this.#config, this.#host)
    const { largeMessages } = this.#host
    const options = { host, port, handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS, largeMessages, screen }
    this.#listener = await listen(options, (request) => void this.#admit(request))
  }

  /** Cuts every client. Leave handlers are not called, since their workers are being disconnected, too. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#listener?.close()
    this.#listener = undefined
  }

  async #admit(request: UpgradeRequest): Promise<void> {
    if (request.path !== '/') {
      request.refuse(404, 'Not Found')
      return
    }
    if (this.#clients + this.#authenticating >= MAX_CLIENTS) {
      this.#host.counters.refused.streamClients += 1
      request.refuse(503, 'Too many clients')
      return
    }
    this.#authenticating += 1
    const answer = await this.#authenticate(request)
    this.#authenticating -= 1
    if (this.#stopped.signal.aborted) return
    if (!this.#mayEnter(answer)) {
      request.refuse(401, 'Unauthorized')
      return
    }
    const context = answer?.['context'] ?? null
    request.accept((transport) => {
      const client = new StreamClient(this.#clientParts, transport, context)
      this.#clients += 1
      return {
        open: () => undefined,
        text: (frame) => client.receive(frame),
        binary: (frame) => client.receive(frame),
        activity: () => undefined,
        drained: () => undefined,
        frameFailed: (error) => this.#host.log.error({ error }, 'A frame could not be handled'),
        close: () => {
          this.#clients -= 1
          if (!this.#stopped.signal.aborted) client.close()
        },
      }
    })
  }

  #mayEnter(answer: Readonly<Record<string, unknown>> | undefined): boolean {
    const { authRequired, authFunctionId } = this.#config
    const isRefused = authFunctionId !== undefined && (answer === undefined || answer['unauthorized'] === true)
    return !authRequired || (!isRefused && this.#clientParts.triggers.hasJoinHandler)
  }

  /** The result of the auth function for a client; `undefined` if there is none, it fails or returns nothing. */
  async #authenticate(request: UpgradeRequest): Promise<Readonly<Record<string, unknown>> | undefined> {
    const functionId = this.#config.authFunctionId
    if (functionId === undefined) return undefined
    const timeout = new AbortController()
    const timer = this.#host.clock.after(AUTH_TIMEOUT_MS, () => {
      timeout.abort(new Error(`No answer within ${AUTH_TIMEOUT_MS} ms`))
    })
    const { signal, release } = joinSignals(timeout.signal, this.#stopped.signal)
    try {
      const answer = await this.#host.invoke({ functionId, data: authInputOf(request), signal })
      return isRecord(answer) ? answer : undefined
    } catch (err) {
      this.#host.log.warn({ functionId, err }, 'The auth function of streams failed; the client has no context')
      return undefined
    } finally {
      timer.cancel()
      release()
    }
  }
}

function authInputOf({ path, query, headers, remoteAddress, remotePort }: UpgradeRequest): object {
  const address = remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress
  const params = new URLSearchParams(query)
  const queryParams = Object.fromEntries([...new Set(params.keys())].map((name) => [name, params.getAll(name)]))
  return { headers, path, query_params: queryParams, addr: `${address}:${remotePort ?? 0}` }
}
