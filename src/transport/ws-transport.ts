/**
 * A transport over one WebSocket of the `ws` library; dialling and accepting share it. Frames sent in one turn of the
 * event loop leave in one write. Knows no protocol.
 */
import type { Socket } from 'node:net'
import type { RawData, WebSocket } from 'ws'
import { FRAGMENT_BYTES } from '../protocol/limits.js'
import { CloseCode } from './close-codes.js'
import { HIGH_WATER_BYTES, type Closed, type Transport, type TransportEvents } from './transport.js'

export class WsTransport implements Transport {
  readonly #ws: WebSocket
  readonly #events: TransportEvents
  readonly #highWaterBytes: number
  #socket: Socket | undefined
  #corked = false
  #congested = false
  #saidGoodbye = false
  #failure: { cause: unknown; status?: number } | undefined

  constructor(ws: WebSocket, events: TransportEvents, highWaterBytes = HIGH_WATER_BYTES) {
    this.#ws = ws
    this.#highWaterBytes = highWaterBytes
    this.#events = events
    ws.on('message', (data: RawData, isBinary: boolean) => {
      events.activity()
      // `nodebuffer` is the library's default binary type, so one Buffer arrives per message.
      if (isBinary) events.binary(data as Buffer)
      else events.text((data as Buffer).toString('utf8'))
    })
    ws.on('ping', () => {
      events.activity()
    })
    ws.on('pong', () => {
      events.activity()
    })
    ws.on('error', (cause: Error) => {
      this.#failure ??= { cause }
    })
    ws.once('close', (code: number, reason: Buffer) => {
      events.close(this.#closed(code, reason))
    })
  }

  /** Hands over the TCP socket once it is known; corking works on it. */
  attach(socket: Socket): void {
    this.#socket = socket
  }

  /** Notes why the handshake failed, for the `close` that follows. */
  handshakeRefused(status: number, cause: Error): void {
    this.#failure = { cause, status }
  }

  get isOpen(): boolean {
    return this.#ws.readyState === this.#ws.OPEN
  }

  get bufferedBytes(): number {
    return this.#ws.bufferedAmount
  }

  send(frame: string | Uint8Array): void {
    if (this.#ws.readyState !== this.#ws.OPEN) {
      this.#cutHalfClosed()
      return
    }
    this.#cork()
    // Only a frame that could pass the limit is measured: a UTF-16 unit takes at most three bytes.
    const mayNeedFragments = frame.length * 3 > FRAGMENT_BYTES
    if (mayNeedFragments && Buffer.byteLength(frame) > FRAGMENT_BYTES) this.#sendFragments(frame)
    else this.#ws.send(frame)
    if (!this.#congested && this.#ws.bufferedAmount > this.#highWaterBytes) this.#awaitDrain()
  }

  flushed(callback: () => void): void {
    // An empty write's callback runs after everything before it has reached the operating system.
    if (this.#ws.readyState === this.#ws.OPEN) this.#socket?.write('', callback)
  }

  ping(): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.ping()
    else this.#cutHalfClosed()
  }

  pause(): void {
    this.#ws.pause()
  }

  resume(): void {
    this.#ws.resume()
  }

  close(code?: number, reason?: string): void {
    this.#saidGoodbye = true
    if (this.#ws.readyState === this.#ws.CONNECTING) this.#ws.terminate()
    else this.#ws.close(code, reason)
  }

  terminate(): void {
    this.#ws.terminate()
  }

  /** Ends a link whose peer has said goodbye but keeps the socket: nothing sent would arrive. */
  #cutHalfClosed(): void {
    if (this.#ws.readyState === this.#ws.CLOSING && !this.#saidGoodbye) this.#ws.terminate()
  }

  /** Collects what one turn sends into one write; a promise chain started by one frame counts as the same turn. */
  #cork(): void {
    if (this.#corked || this.#socket === undefined) return
    this.#corked = true
    const socket = this.#socket
    socket.cork()
    process.nextTick(() => {
      this.#corked = false
      socket.uncork()
    })
  }

  #sendFragments(frame: string | Uint8Array): void {
    const binary = typeof frame !== 'string'
    const bytes = binary ? frame : Buffer.from(frame)
    for (let start = 0; start < bytes.byteLength; start += FRAGMENT_BYTES) {
      const end = start + FRAGMENT_BYTES
      this.#ws.send(bytes.subarray(start, end), { binary, fin: end >= bytes.byteLength })
    }
  }

  #awaitDrain(): void {
    this.#congested = true
    const probe = (): void => {
      if (this.#ws.readyState !== this.#ws.OPEN) return
      this.flushed(() => {
        if (this.#ws.bufferedAmount > this.#highWaterBytes / 2) {
          probe()
          return
        }
        this.#congested = false
        this.#events.drained()
      })
    }
    probe()
  }

  #closed(code: number, reason: Buffer): Closed {
    const closed = { code: this.#failure === undefined ? code : CloseCode.ABNORMAL, reason: reason.toString('utf8') }
    return { ...closed, ...this.#failure }
  }
}
