/**
 * The socket of one channel end: dialled on first use, with a limit for the handshake. Knows the address and how a
 * socket ends, not what flows through it.
 */
import type { Readable, Writable } from 'node:stream'
import { ErrorCode, invalidArgument, NotConnectedError, WebSocketError } from '../errors.js'
import { readGuarantees } from '../protocol/guarantees.js'
import { HANDSHAKE_TIMEOUT_MS } from '../protocol/limits.js'
import type { Clock } from '../std/clock.js'
import { systemClock } from '../std/clock.js'
import { deferred } from '../std/deferred.js'
import { CloseCode } from '../transport/close-codes.js'
import type { Closed, Dial, Transport } from '../transport/transport.js'
import { dialWebSocket } from '../transport/ws-dial.js'
import { isChannelRef, type ChannelDirection } from './channel-ref.js'

/** An end with a socket, as whoever counts sees it. */
export interface ChannelEnd {
  /** Bytes to be sent, and bytes received that nobody has read yet; text counts in UTF-16 units. */
  readonly heldBytes: number
}

/** What a channel end takes from its client; the process's own by default. */
export interface ChannelPorts {
  readonly dial: Dial
  readonly clock: Clock
  /** Handshake headers, the same as the client's. */
  readonly headers: () => Readonly<Record<string, string>>
  /** Hears what a callback of the user threw. */
  readonly onCallbackError: (error: unknown) => void
  /** Hears why a channel failed where nobody else is told: its Node stream without a listener, a writer cut after `close`. */
  readonly onUnheardError: (error: unknown) => void
  /** Whether small items are acknowledged at once; `undefined` where the engine decides. */
  readonly releasesBursts?: () => boolean | undefined
  /** Where ends are listed as long as they have a socket. */
  readonly ends?: Set<ChannelEnd>
}

export const defaultChannelPorts: ChannelPorts = {
  dial: dialWebSocket,
  clock: systemClock,
  headers: () => ({}),
  onCallbackError: warn,
  onUnheardError: warn,
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}

/**
 * Keeps a stream's failure from ending the process: a peer that leaves in the middle is nothing unusual, and whoever
 * wants to know listens, or looks at the result of a write.
 */
export function hearErrors(stream: Readable | Writable, { onUnheardError }: ChannelPorts): void {
  stream.on('error', (error) => {
    if (stream.listenerCount('error') === 1) onUnheardError(error)
  })
}

/** Bytes a writer buffers before it waits. */
export const HIGH_WATER_BYTES = 1024 * 1024

/**
 * A slow reader delays the answer to our close frame by as long as it takes to read what is on its way; giving up
 * sooner would cut the tail off.
 */
const CLOSE_TIMEOUT_MS = 600_000

/** An item under this may share a packet with others, and so be held back for them. */
const SMALL_ITEM_BYTES = 16 * 1024

/** What happens on an end once it is dialled. */
export interface EndpointEvents {
  item(item: string | Uint8Array): void
  drained(): void
  /** Bytes received that nobody has read yet. */
  readonly unreadBytes: number
  /** The socket is gone: without an error after a clean close, with one after a cut or a refusal. */
  ended(error: WebSocketError | undefined): void
}

export class Endpoint implements ChannelEnd {
  readonly #url: string
  readonly #ports: ChannelPorts
  readonly #events: EndpointEvents
  #transport: Transport | undefined
  #opened: Promise<Transport> | undefined
  #state: 'idle' | 'open' | 'ended' = 'idle'
  #error: WebSocketError | undefined
  #isLastItemSmall = false
  readonly #over = deferred<void>()

  constructor(url: string, ports: ChannelPorts, events: EndpointEvents) {
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

  /** The socket, dialled now if it was not. Rejects when it cannot be opened or is gone. */
  open(): Promise<Transport> {
    if (this.#state === 'ended') return Promise.reject(this.#error ?? endedError())
    this.#opened ??= this.#dial()
    return this.#opened
  }

  /** Waits for the end and rejects with its reason. */
  async gone(): Promise<never> {
    await this.#over.promise
    throw this.#error ?? endedError()
  }

  /** Says goodbye; an end that was never used has nothing to say. */
  close(reason: string): void {
    if (this.#transport === undefined) this.#end(undefined)
    else this.#transport.close(CloseCode.NORMAL, reason)
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
      highWaterBytes: HIGH_WATER_BYTES,
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
      close: (closed) => {
        timer.cancel()
        const error = errorOf(closed)
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

  /** An engine may hold small items back until the one before is acknowledged; full packets leave by themselves. */
  #releaseSmallItems(transport: Transport): void {
    const isNeeded = this.#ports.releasesBursts?.() ?? !readGuarantees(transport.peerHeaders).has('writes-undelayed')
    if (isNeeded) transport.acknowledgeWhile?.(() => this.#isLastItemSmall)
  }

  #end(error: WebSocketError | undefined): void {
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
 * The address of a channel end: the path goes before any query of the engine's address.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an address that is no URL, or a reference to something else.
 */
export function channelUrl(engineWsBase: unknown, ref: unknown, direction: ChannelDirection): string {
  if (typeof engineWsBase !== 'string' || !/^(ws|http)s?:/i.test(engineWsBase) || !URL.canParse(engineWsBase)) {
    throw invalidArgument('engineWsBase', "the engine's address as a ws: or wss: URL", engineWsBase)
  }
  if (!isChannelRef(ref)) throw invalidArgument('ref', 'a reference to an end of a channel', ref)
  if (ref.direction !== direction) throw invalidArgument('ref', `a reference to the ${direction} end`, ref.direction)
  const url = new URL(engineWsBase)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/ws/channels/${encodeURIComponent(ref.channel_id)}`
  url.searchParams.set('key', ref.access_key)
  url.searchParams.set('dir', ref.direction)
  return url.href
}

/** Checks the options of one operation. */
export function checkOperation(options: unknown): void {
  if (options === undefined) return
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidArgument('options', 'an object', options)
  }
  const signal = 'signal' in options ? options.signal : undefined
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalidArgument('options.signal', 'an AbortSignal', signal)
}

function endedError(): NotConnectedError {
  return new NotConnectedError(ErrorCode.NOT_CONNECTED, 'This end of the channel is closed', { outcome: 'not_sent' })
}

function errorOf({ code, status, cause }: Closed): WebSocketError | undefined {
  if (code === CloseCode.NORMAL || code === CloseCode.NO_STATUS) return undefined
  if (status !== undefined) {
    const hint = status === 404 ? ': the channel is unknown, over, or the key is wrong' : ''
    const text = `The engine refused the channel with HTTP ${String(status)}${hint}`
    return new WebSocketError(ErrorCode.HANDSHAKE_FAILED, text, { status, closeCode: code, cause })
  }
  const text = `The channel was cut (close code ${String(code)}); what was on its way may be lost`
  return new WebSocketError(ErrorCode.CONNECTION_LOST, text, { closeCode: code, cause })
}
