/**
 * The WebSocket server for browsers: asks the auth function about each client, lets it in whatever the answer is, and
 * hands its frames to a `StreamClient`. Refusing is the business of join handlers.
 */
import { isRecord } from '../../../protocol/validate.js'
import { joinSignals } from '../../../std/abortable.js'
import { listen, type Listener, type UpgradeRequest } from '../../../transport/ws-accept.js'
import type { EngineHost } from '../../builtin.js'
import { screenOf } from '../../origins.js'
import { StreamClient, type StreamClientParts } from './stream-client.js'
import type { StreamConfig } from './stream-config.js'

/** Clients at once. Beyond: 503. */
const MAX_CLIENTS = 10_000
const HANDSHAKE_TIMEOUT_MS = 10_000
/** How long the auth function may take. Beyond: the client comes in without a context. */
export const AUTH_TIMEOUT_MS = 10_000

export type StreamServerConfig = Pick<StreamConfig, 'host' | 'port' | 'authFunctionId' | 'origins'>

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

  /** @throws {RuntimeError} `PORT_IN_USE` when the port is taken. */
  async start(): Promise<void> {
    const { host, port } = this.#config
    const screen = screenOf(this.#config, this.#host)
    const options = { host, port, handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS, screen }
    this.#listener = await listen(options, (request) => void this.#admit(request))
  }

  /** Cuts every client. Leave handlers are not called: whoever serves them is leaving too. */
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
    const context = await this.#authenticate(request)
    this.#authenticating -= 1
    if (this.#stopped.signal.aborted) return
    request.accept((transport) => {
      const client = new StreamClient(this.#clientParts, transport, context)
      this.#clients += 1
      return {
        open: () => undefined,
        text: (frame) => client.receive(frame),
        binary: () => undefined,
        activity: () => undefined,
        drained: () => undefined,
        close: () => {
          this.#clients -= 1
          if (!this.#stopped.signal.aborted) client.close()
        },
      }
    })
  }

  /** What the auth function says about a client; null when it fails or says nothing. */
  async #authenticate(request: UpgradeRequest): Promise<unknown> {
    const functionId = this.#config.authFunctionId
    if (functionId === undefined) return null
    const timeout = new AbortController()
    const timer = this.#host.clock.after(AUTH_TIMEOUT_MS, () => {
      timeout.abort(new Error(`No answer within ${AUTH_TIMEOUT_MS} ms`))
    })
    const { signal, release } = joinSignals(timeout.signal, this.#stopped.signal)
    try {
      const answer = await this.#host.invoke({ functionId, data: authInputOf(request), signal })
      return isRecord(answer) ? (answer['context'] ?? null) : null
    } catch (err) {
      this.#host.log.warn({ functionId, err }, 'The auth function of streams failed; the client has no context')
      return null
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
