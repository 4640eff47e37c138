/**
 * A transport over the WebSocket of a browser. Pages cannot send pings, pause a socket, read handshake headers or cut a
 * connection, so each of these has a replacement here: a frame of the protocol in place of a ping, a limited queue in
 * place of a pause, no headers, and an end that is reported before the browser has closed the socket.
 */
import type { Clock, Timer } from '../../std/time/clock.js'
import {
  CloseCode,
  handFrame,
  HIGH_WATER_BYTES,
  type Closed,
  type Dial,
  type Transport,
  type TransportEvents,
} from './transport.js'

/** The members of a browser's WebSocket that are used. */
export interface WebSocketLike {
  binaryType: string
  readonly bufferedAmount: number
  readonly readyState: number
  onopen: ((event: never) => void) | null
  onmessage: ((event: { readonly data: unknown }) => void) | null
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null
  send(frame: string | Uint8Array): void
  close(code?: number, reason?: string): void
}

/** What a web page gives a dial: its clock, and its sockets. */
export interface WebPlatform {
  readonly clock: Clock
  /** Opens a socket. */
  readonly open: (url: string) => WebSocketLike
  /** The W3C trace header of the call that is being made. Default: none. */
  readonly traceparent?: () => string | undefined
}

/** What a dial is made of. */
export interface WebDialParts extends WebPlatform {
  /** The address of one attempt to connect. Default: as dialled. */
  readonly addressOf?: (url: string) => string | Promise<string>
  /** A frame that the peer answers, in place of a ping. Absent: the browser is trusted to notice the end of the connection. */
  readonly probe?: { readonly frame: string; readonly isAnswer: (frame: string) => boolean }
}

/** Maximum bytes of frames that are kept while paused; text counts in UTF-16 units. When it is exceeded, the connection ends. */
const MAX_PAUSED_BYTES = 64 * 1024 * 1024

/** Interval at which a full send buffer is looked at, since a browser reports nothing when it has become empty. */
const DRAIN_POLL_MS = 10

const OPEN = 1

/** The close code of a connection that was cut: a page cannot leave without a close frame. Not a clean end for the peer. */
const CUT_CODE = 4000

/** Dials with the WebSockets of a browser. */
export function webDial(parts: WebDialParts): Dial {
  return (url, { highWaterBytes = HIGH_WATER_BYTES }, events) =>
    new WebTransport(url, { ...parts, highWaterBytes }, events)
}

class WebTransport implements Transport {
  readonly #parts: WebDialParts & { readonly highWaterBytes: number }
  readonly #events: TransportEvents
  #socket: WebSocketLike | undefined
  #isEnded = false
  #isFull = false
  #isPaused = false
  #paused: (string | Uint8Array)[] = []
  #pausedBytes = 0
  /** Callbacks that wait for an empty send buffer. */
  #flushing: (() => void)[] = []
  #poll: Timer | undefined
  /** Probes without an answer, in order: whether each is one of this transport. */
  readonly #probes: boolean[] = []

  constructor(url: string, parts: WebDialParts & { readonly highWaterBytes: number }, events: TransportEvents) {
    this.#parts = parts
    this.#events = events
    void this.#connect(url)
  }

  get bufferedBytes(): number {
    return this.#socket?.bufferedAmount ?? 0
  }

  get isOpen(): boolean {
    return !this.#isEnded && this.#socket?.readyState === OPEN
  }

  send(frame: string | Uint8Array): void {
    if (!this.isOpen) return
    if (frame === this.#parts.probe?.frame) this.#probes.push(false)
    this.#write(frame)
  }

  flushed(callback: () => void): void {
    this.#flushing.push(callback)
    this.#watch()
  }

  ping(): void {
    const { probe } = this.#parts
    if (probe === undefined) {
      // Only the browser can tell whether the peer is there.
      this.#events.activity()
      return
    }
    if (!this.isOpen) return
    this.#probes.push(true)
    this.#write(probe.frame)
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    // A frame may pause it again.
    while (!this.isPaused) {
      const frame = this.#paused.shift()
      if (frame === undefined) return
      this.#pausedBytes -= frame.length
      handFrame(this.#events, frame)
    }
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  close(code?: number, reason?: string): void {
    if (this.#socket === undefined) this.terminate()
    else this.#socket.close(code, reason)
  }

  terminate(): void {
    this.#cut({ code: CloseCode.ABNORMAL, reason: '' })
  }

  async #connect(url: string): Promise<void> {
    try {
      const address = await (this.#parts.addressOf?.(url) ?? url)
      if (this.#isEnded) return
      const socket = this.#parts.open(address.replace(/^http/i, 'ws'))
      socket.binaryType = 'arraybuffer'
      let wasOpen = false
      socket.onopen = () => {
        wasOpen = true
        this.#events.open()
      }
      socket.onmessage = ({ data }) =>
        this.#receive(typeof data === 'string' ? data : new Uint8Array(data as ArrayBuffer))
      socket.onclose = ({ code, reason }) =>
        this.#end({ code, reason, cause: wasOpen ? undefined : new Error(UNKNOWN) })
      this.#socket = socket
    } catch (cause) {
      this.#end({ code: CloseCode.ABNORMAL, reason: '', cause })
    }
  }

  #receive(frame: string | Uint8Array): void {
    this.#events.activity()
    if (typeof frame === 'string' && this.#parts.probe?.isAnswer(frame) === true && this.#probes.shift() === true) {
      this.#events.pong?.()
      return
    }
    if (!this.#isPaused && this.#paused.length === 0) {
      handFrame(this.#events, frame)
      return
    }
    this.#paused.push(frame)
    this.#pausedBytes += frame.length
    if (this.#pausedBytes > MAX_PAUSED_BYTES)
      this.#cut({ code: CloseCode.ABNORMAL, reason: '', cause: new Error(TOO_SLOW) })
  }

  #write(frame: string | Uint8Array): void {
    this.#socket?.send(frame)
    if (this.bufferedBytes <= this.#parts.highWaterBytes) return
    this.#isFull = true
    this.#watch()
  }

  /** Looks at the send buffer until it is empty. */
  #watch(): void {
    this.#poll ??= this.#parts.clock.after(DRAIN_POLL_MS, () => {
      this.#poll = undefined
      if (this.bufferedBytes > 0) {
        this.#watch()
        return
      }
      for (const callback of this.#flushing.splice(0)) callback()
      const wasFull = this.#isFull
      this.#isFull = false
      if (wasFull) this.#events.drained()
    })
  }

  /** Ends the connection from this side; the browser closes the socket whenever the peer lets it. */
  #cut(closed: Closed): void {
    const socket = this.#socket
    if (socket !== undefined) {
      socket.onopen = socket.onmessage = socket.onclose = null
      socket.close(CUT_CODE)
    }
    queueMicrotask(() => this.#end(closed))
  }

  #end(closed: Closed): void {
    if (this.#isEnded) return
    this.resume()
    this.#isEnded = true
    this.#poll?.cancel()
    this.#flushing = []
    this.#events.close(closed)
  }
}

const UNKNOWN = 'browsers hide the reason. Check that the engine runs and accepts the origin and the token of this page'

const TOO_SLOW = 'more than 64 MiB arrived that this page has not read'
