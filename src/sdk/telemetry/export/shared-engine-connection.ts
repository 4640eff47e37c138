/**
 * A separate telemetry socket to `/otel` of the engine. It reconnects like that of a worker and has its own queue.
 * Inbound frames are ignored, and a frame that exceeds the queue is dropped and counted.
 */
import { Connection, type ConnectionEvents, type ConnectionPorts } from '../../connection/connection.js'
import { checkAddress, checkAddresses, connectionOptions, type ReconnectionOptions } from '../../connection/options.js'
import { resolveReconnection } from '../../connection/reconnection.js'
import { IIIConnectionState } from '../../connection/state.js'
import { ErrorCode, invalidArgument, NotConnectedError, RuntimeError } from '../../../errors.js'
import { systemClock } from '../../../std/time/clock.js'
import { describe } from '../../../std/text/describe.js'
import { deferred, type Deferred } from '../../../std/async/deferred.js'
import { Emitter, type Unsubscribe } from '../../../std/async/emitter.js'
import { systemRandom } from '../../../std/random.js'
import { appendPath } from '../../../wire/transport/address.js'
import type { DialOptions, HandshakeHeaders } from '../../../wire/transport/transport.js'
import { dialThrough, type ReachOptions } from '../../../wire/transport/reach.js'
import { checkFunction, checkOptions } from '../setting.js'
import { telemetryFrame, type OtelPrefix } from './signals.js'
import { TelemetryOutbox, type FrameSink } from './telemetry-outbox.js'

/** Settings of a telemetry connection beside its address and its reconnection. */
export type SharedEngineConnectionOptions = ReachOptions & {
  /** Maximum frames that wait for the socket. Default 10 000. */
  channelCapacity?: number | undefined
  /** Headers of each handshake, or a function that returns them. */
  headers?: HandshakeHeaders | DialOptions['headers'] | undefined
}

const DEFAULT_CAPACITY = 10_000
const PREFIXES: readonly OtelPrefix[] = ['OTLP', 'MTRC', 'LOGS']

/** How long final frames may wait for a socket that is still opening. */
const OPENING_GRACE_MS = 1_000

/**
 * A connection to the engine's `/otel` address that carries telemetry alone. It reconnects like a worker's connection.
 */
export class SharedEngineConnection {
  readonly #connection: Connection
  readonly #outbox: TelemetryOutbox
  readonly #ports: ConnectionPorts
  readonly #connected = new Emitter<undefined>(() => undefined)
  readonly #failed = new Emitter<undefined>(() => undefined)
  #settled: Deferred<void> | undefined
  #isShuttingDown = false
  #ending: Promise<void> | undefined

  /**
   * Starts connecting at once; `wsUrl` is used unchanged. Of several addresses, the next one is used when one fails.
   * @throws {RuntimeError} `INVALID_ARGUMENT` for an invalid address or setting.
   */
  constructor(
    wsUrl: string | readonly string[],
    config: ReconnectionOptions = {},
    options: SharedEngineConnectionOptions & { readonly ports?: ConnectionPorts } = {},
  ) {
    checkOptions('options', options)
    const addresses = checkAddresses(wsUrl)
    const reconnection = resolveReconnection(config, 'config')
    const maxFrames = checkCapacity(options.channelCapacity)
    this.#ports = options.ports ?? { dial: dialThrough(options, addresses), clock: systemClock, random: systemRandom }
    this.#connection = new Connection(
      this.#ports,
      connectionOptions(addresses, reconnection),
      this.#events(options.headers),
    )
    this.#outbox = new TelemetryOutbox(
      {
        clock: this.#ports.clock,
        offer: (frame) => this.#connection.offer(frame),
        isUp: () => this.#connection.isUp,
        isOver: () => this.#connection.isOver && !this.#connection.isUp,
      },
      {
        maxFrames,
        maxFramesOffline: reconnection.maxPendingMessages,
        maxBytes: reconnection.maxPendingBytes,
      },
    )
    this.#connection.connect()
  }

  /** The queue as exporters of this package use it. */
  get sink(): FrameSink {
    return this.#outbox
  }

  /** Spans, log records and points that were not sent. */
  get dropped(): number {
    return this.#outbox.dropped
  }

  /**
   * Sends a message or queues it until the socket is open. The callback receives an error if the message was dropped:
   * the queue is full (`PENDING_QUEUE_FULL`), or the connection has failed or ended (`SHUTDOWN`).
   */
  send(prefix: OtelPrefix, data: Uint8Array, callback?: (error?: Error) => void): void {
    if (!PREFIXES.includes(prefix)) throw invalidArgument('prefix', `one of ${PREFIXES.join(', ')}`, prefix)
    if (!(data instanceof Uint8Array)) throw invalidArgument('data', 'bytes', data)
    if (callback !== undefined) checkFunction('callback', callback)
    if (this.#outbox.send(telemetryFrame({ prefix, data }), 1)) callback?.()
    else callback?.(this.#refusal())
  }

  /** Sends as much as the socket accepts now. */
  flush(): Promise<void> {
    this.#outbox.flush()
    return Promise.resolve()
  }

  /** The state of the connection. */
  getState(): IIIConnectionState {
    return this.#connection.state
  }

  /** Called each time the socket opens. */
  onConnected(callback: () => void): Unsubscribe {
    checkFunction('callback', callback)
    return this.#connected.on(callback)
  }

  /** Called when connecting has failed permanently. */
  onFailed(callback: () => void): Unsubscribe {
    checkFunction('callback', callback)
    return this.#failed.on(callback)
  }

  /** Whether `beginShutdown` or `shutdown` was called. */
  isShuttingDown(): boolean {
    return this.#isShuttingDown
  }

  /** Announces the shutdown: exporters then fail at once instead of waiting for a connection. */
  beginShutdown(): void {
    this.#isShuttingDown = true
  }

  /** Sends queued frames, for a short time even on a socket that is still opening, and closes. Never rejects. */
  shutdown(): Promise<void> {
    this.beginShutdown()
    return (this.#ending ??= this.#end())
  }

  async #end(): Promise<void> {
    if (this.#outbox.waiting > 0 && this.#connection.state === IIIConnectionState.Connecting) await this.#opened()
    await this.#connection.close(() => {
      this.#outbox.close()
      return Promise.resolve()
    })
    this.#outbox.close()
  }

  async #opened(): Promise<void> {
    this.#settled = deferred()
    const timer = this.#ports.clock.after(OPENING_GRACE_MS, this.#settled.resolve)
    await this.#settled.promise
    timer.cancel()
  }

  #events(headers: SharedEngineConnectionOptions['headers'] = {}): ConnectionEvents {
    return {
      headers: typeof headers === 'function' ? headers : () => headers,
      opened: () => undefined,
      frame: () => undefined,
      lost: () => undefined,
      ended: (_reason, retryInMs) => {
        // Queued frames can no longer be sent.
        if (retryInMs === undefined) this.#outbox.close()
        this.#settled?.resolve()
      },
      stateChanged: (state) => {
        if (state === IIIConnectionState.Connected) this.#connected.emit(undefined)
        if (state === IIIConnectionState.Failed) this.#failed.emit(undefined)
      },
      idle: () => {
        this.#outbox.flush()
        this.#settled?.resolve()
      },
    }
  }

  #refusal(): NotConnectedError {
    if (this.getState() === IIIConnectionState.Failed || this.#isShuttingDown) {
      const text = 'The telemetry connection has ended; the message was dropped'
      return new NotConnectedError(ErrorCode.SHUTDOWN, text, { outcome: 'not_sent' })
    }
    const text = `${String(this.#outbox.waiting)} telemetry messages already wait; this one was dropped`
    return new NotConnectedError(ErrorCode.PENDING_QUEUE_FULL, text, { outcome: 'not_sent' })
  }
}

function checkCapacity(value: unknown = DEFAULT_CAPACITY): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value
  const text = `options.channelCapacity must be an integer of at least 1, got ${describe(value)}`
  throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text)
}

/**
 * The telemetry address of an engine: `/otel` appended to its path, the query unchanged; an address that has it already
 * stays the same.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an invalid address.
 */
export function otelUrl(address: string): string {
  return appendPath(checkAddress(address), '/otel').href
}
