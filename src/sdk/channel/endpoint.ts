/**
 * The socket of one channel end: dialled on first use, with a time limit for the handshake. Knows the address and how a
 * socket ends, but not the data.
 */
import type { Readable, Writable } from 'node:stream'
import { ErrorCode, invalidArgument, NotConnectedError, WebSocketError, type IIIError } from '../../errors.js'
import { HANDSHAKE_TIMEOUT_MS } from '../../wire/protocol/limits.js'
import { deferred } from '../../std/async/deferred.js'
import { appendPath, isEngineAddress } from '../../wire/transport/address.js'
import { dialError } from '../../wire/transport/dial-error.js'
import { CloseCode, type Closed, type Transport } from '../../wire/transport/transport.js'
import { isChannelRef, type ChannelDirection } from './channel-ref.js'
import type { ChannelEnd, ChannelPorts, EndpointPorts } from './ports.js'

/**
 * Prevents that an error of a stream ends the process: a peer that disconnects early is not unusual. Programs receive
 * the error from an `error` listener or from a write.
 */
export function handleErrors(stream: Readable | Writable, { onUnhandledError }: ChannelPorts): void {
  stream.on('error', (error) => {
    if (stream.listenerCount('error') === 1) onUnhandledError(error)
  })
}

/** Bytes that a writer buffers before it waits. */
export const WRITER_BUFFER_BYTES = 1024 * 1024

/**
 * A slow reader delays the answer to the close frame until it has read all data sent before. A shorter limit would cut
 * the last bytes off.
 */
const CLOSE_TIMEOUT_MS = 600_000

/** A smaller item may share a packet with others, and so be delayed for them. */
const SMALL_ITEM_BYTES = 16 * 1024

/** Callbacks of an end after it is dialled. */
export interface EndpointEvents {
  item(item: string | Uint8Array): void
  drained(): void
  /** Received bytes that have not been read yet. */
  readonly unreadBytes: number
  /** Whether a graceful shutdown of the client waits for this end. */
  readonly isBusy: boolean
  /** The socket has closed: without an error after a clean close, with one after a cut or a refusal. */
  ended(error: IIIError | undefined): void
}

export class Endpoint implements ChannelEnd {
  readonly #url: string
  readonly #ports: EndpointPorts
  readonly #events: EndpointEvents
  #transport: Transport | undefined
  #opened: Promise<Transport> | undefined
  #state: 'idle' | 'open' | 'ended' = 'idle'
  #error: IIIError | undefined
  #isLastItemSmall = false
  /** Why the client cut this end. */
  #abandoned: IIIError | undefined
  readonly #over = deferred<void>()

  constructor(url: string, ports: EndpointPorts, events: EndpointEvents) {
    this.#url = url
    this.#ports = ports
    this.#events = events
  }

  get heldBytes(): number {
    return this.#events.unreadBytes + (this.#transport?.bufferedBytes ?? 0)
  }

  get isIdle(): boolean {
    return this.#state === 'idle'
  }

  get isBusy(): boolean {
    return this.#events.isBusy
  }

  /** The socket, dialled on first use. Rejects when it cannot be opened or has closed. */
  open(): Promise<Transport> {
    if (this.#state === 'ended') return Promise.reject(this.#error ?? endedError())
    const over = this.#ports.ends?.over
    if (over !== undefined && this.#opened === undefined) {
      this.#end(over)
      return Promise.reject(over)
    }
    this.#opened ??= this.#dial()
    return this.#opened
  }

  /** Waits for the end and rejects with its reason. */
  async gone(): Promise<never> {
    await this.#over.promise
    throw this.#error ?? endedError()
  }

  /** Sends the close frame; an unused end closes without a socket. */
  close(reason: string): void {
    if (this.#transport === undefined) this.#end(undefined)
    else this.#transport.close(CloseCode.NORMAL, reason)
  }

  abandon(error: IIIError): void {
    this.#abandoned = error
    this.terminate()
  }

  /** Ends early: connects first if need be, since the other end would wait for one that never came. */
  leave(): void {
    if (this.#state === 'open') this.terminate()
    else if (this.#state === 'idle') void this.open().then(() => this.terminate(), ignoreRefusal)
  }

  /** Cuts the socket. */
  terminate(): void {
    if (this.#transport === undefined) this.#end(undefined)
    else this.#transport.terminate()
  }

  pause(): void {
    this.#transport?.pause()
  }

  resume(): void {
    this.#transport?.resume()
  }

  #dial(): Promise<Transport> {
    const opened = deferred<Transport>()
    opened.promise.catch(() => undefined)
    const take = (item: string | Uint8Array): void => {
      this.#isLastItemSmall = item.length < SMALL_ITEM_BYTES
      this.#events.item(item)
    }
    const options = {
      headers: this.#ports.headers,
      highWaterBytes: WRITER_BUFFER_BYTES,
      closeTimeoutMs: CLOSE_TIMEOUT_MS,
    }
    const transport = this.#ports.dial(this.#url, options, {
      open: () => {
        timer.cancel()
        this.#releaseSmallItems(transport)
        this.#state = 'open'
        opened.resolve(transport)
      },
      text: take,
      binary: take,
      activity: () => undefined,
      drained: () => {
        this.#events.drained()
      },
      frameFailed: this.#ports.onCallbackError,
      close: (closed) => {
        timer.cancel()
        const error = this.#abandoned ?? errorOf(closed, this.#url)
        opened.reject(error ?? endedError())
        this.#end(error)
      },
    })
    const timer = this.#ports.clock.after(HANDSHAKE_TIMEOUT_MS, () => {
      transport.terminate()
    })
    this.#transport = transport
    this.#ports.ends?.add(this)
    return opened.promise
  }

  /** An engine may delay small items until the one before is acknowledged; full packets are sent at once. */
  #releaseSmallItems(transport: Transport): void {
    if (this.#ports.releasesBursts?.(transport.peerHeaders) === true)
      transport.acknowledgeWhile?.(() => this.#isLastItemSmall)
  }

  #end(error: IIIError | undefined): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#ports.ends?.delete(this)
    this.#error = error
    this.#transport = undefined
    this.#over.resolve()
    this.#events.ended(error)
  }
}

/**
 * The address of a channel end: the path goes before any query in the address of the engine.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an invalid URL or reference.
 */
export function channelUrl(engineWsBase: unknown, ref: unknown, direction: ChannelDirection): string {
  if (typeof engineWsBase !== 'string' || !isEngineAddress(engineWsBase)) {
    throw invalidArgument('engineWsBase', "the engine's address as a ws: or wss: URL", engineWsBase)
  }
  if (!isChannelRef(ref)) throw invalidArgument('ref', 'a reference to an end of a channel', ref)
  if (ref.direction !== direction) throw invalidArgument('ref', `a reference to the ${direction} end`, ref.direction)
  const url = appendPath(engineWsBase, `/ws/channels/${encodeURIComponent(ref.channel_id)}`)
  url.searchParams.set('key', ref.access_key)
  url.searchParams.set('dir', ref.direction)
  return url.href
}

const OPERATION_KEYS: ReadonlySet<string> = new Set(['signal'])

/** Validates the options of one operation. */
export function checkOperation(options: unknown, { reportUnknown }: ChannelPorts): void {
  if (options === undefined) return
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidArgument('options', 'an object', options)
  }
  const signal = 'signal' in options ? options.signal : undefined
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalidArgument('options.signal', 'an AbortSignal', signal)
  reportUnknown?.(options, OPERATION_KEYS)
}

/** An end that the engine refuses is over, too. */
const ignoreRefusal = (): void => undefined

function endedError(): NotConnectedError {
  return new NotConnectedError(ErrorCode.NOT_CONNECTED, 'This end of the channel is closed', { outcome: 'not_sent' })
}

function errorOf(closed: Closed, url: string): WebSocketError | undefined {
  const { code, status, cause, problem } = closed
  if (code === CloseCode.NORMAL || code === CloseCode.NO_STATUS) return undefined
  if (status !== undefined || problem !== undefined) return dialError(closed, { url, isAccepted: false })
  const text = `The channel was cut (close code ${String(code)}); data in transit may be lost`
  return new WebSocketError(ErrorCode.CONNECTION_LOST, text, { closeCode: code, cause })
}
