/**
 * A transport over one WebSocket of the `ws` library. Frames sent in one event-loop tick are written at once. An accepted
 * socket counts as ended once the close frame or FIN of its peer is read; the rest of the closing handshake has its own
 * time limit. Knows no protocol.
 */
import type { Socket } from 'node:net'
import type { RawData, WebSocket } from 'ws'
import { FRAGMENT_BYTES } from '../protocol/limits.js'
import { systemClock, type Timer } from '../../std/time/clock.js'
import { CloseCode, handFrame, HIGH_WATER_BYTES } from './transport.js'
import type { Closed, Transport, TransportEvents } from './transport.js'
import { FrameWriter } from './framing/frame-writer.js'
import type { DialFailure } from './dial-problem.js'
import { PausedPeers, type PausedPeer } from './paused-peers.js'

type Message = { readonly data: Buffer; readonly isBinary: boolean }
/** How long an accepted socket stays open after the close frame or FIN of its peer, to send pending data. */
const LINGER_LIMIT_MS = 3_000

/** Bytes read ahead from a paused socket to find the end of its peer behind them. */
const READ_AHEAD_BYTES = 16 * 1024

/** Accepted sockets that are not read. */
const pausedPeers = new PausedPeers(systemClock)

export class WsTransport implements Transport, PausedPeer {
  readonly #ws: WebSocket
  readonly #events: TransportEvents
  readonly #highWaterBytes: number
  #socket: Socket | undefined
  #writer: FrameWriter | undefined
  #flushesEach = false
  #isMoreExpected: (() => boolean) | undefined
  #isAckPlanned = false
  /** Whether nothing has been sent since the acknowledgement was scheduled. */
  #isAckDue = false
  #isFull = false
  #saidGoodbye = false
  /** Sends the close frame after everything sent so far. */
  #sayGoodbye: ((code?: number, reason?: string | Buffer) => void) | undefined
  #isPaused = false
  #isAccepted = false
  /** The end was reported; the socket may still exist. */
  #isOver = false
  #linger: Timer | undefined
  /** Ends reading ahead; set from the first probe of a paused socket to its `resume`. */
  #endReadAhead: (() => void) | undefined
  /** Messages from the chunk that was being parsed when reading was paused, oldest first. */
  readonly #unread: Message[] = []
  #failure: DialFailure | undefined
  peerHeaders: Readonly<Record<string, unknown>> | undefined
  /** Of a dialled transport until it is open. */
  attempt: { wasCut: boolean; problemOf(failure?: DialFailure): string | undefined } | undefined

  constructor(ws: WebSocket, events: TransportEvents, highWaterBytes = HIGH_WATER_BYTES) {
    this.#ws = ws
    this.#highWaterBytes = highWaterBytes
    this.#events = events
    ws.on('message', (data: RawData, isBinary: boolean) => {
      events.activity()
      if (this.#isMoreExpected !== undefined && !this.#isAckPlanned) this.#planAck()
      // One Buffer per message: `nodebuffer` is the default of the library.
      if (this.#isPaused || this.#unread.length > 0) this.#unread.push({ data: data as Buffer, isBinary })
      else this.#hand(data as Buffer, isBinary)
    })
    ws.on('ping', () => {
      events.activity()
    })
    ws.on('pong', () => {
      events.activity()
      events.pong?.()
    })
    ws.on('error', (cause: Error) => {
      this.#failure ??= { cause }
    })
    ws.once('close', (code: number, reason: Buffer) => {
      this.#linger?.cancel()
      this.#end(code, reason)
    })
  }

  /**
   * Attaches the TCP socket once it is known: frames are written to it directly.
   * @param flushesEach whether each frame is a separate write.
   */
  attach(socket: Socket, role: 'client' | 'server', flushesEach = false): void {
    this.#flushesEach = flushesEach
    const writer = new FrameWriter(socket, role === 'client')
    this.#socket = socket
    this.#writer = writer
    this.#isAccepted = role === 'server'
    const close = this.#ws.close.bind(this.#ws)
    this.#sayGoodbye = (code, reason) => {
      writer.flush()
      close(code, reason)
    }
    // The library itself also sends a close frame, after that of the peer or a protocol error. Pending frames and
    // answers to earlier ones must be sent before. Its other frames may overtake ours, since they carry no data.
    this.#ws.close = (code, reason) => {
      if (!this.#saidGoodbye) this.#handUnread('all')
      this.#sayGoodbye?.(code, reason)
      this.#peerEnded(code ?? CloseCode.NO_STATUS, reason)
    }
    socket.once('end', () => this.#peerEnded(CloseCode.ABNORMAL))
  }

  /** Records why the handshake failed, for the `close` that follows. */
  handshakeRefused(status: number, cause: Error): void {
    this.#failure = { cause, status }
  }

  get isOpen(): boolean {
    // A write that fails at once ends the socket before any event: a caller that only writes would not be notified.
    return this.#ws.readyState === this.#ws.OPEN && this.#socket?.writable !== false
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  get bufferedBytes(): number {
    return this.#ws.bufferedAmount + (this.#writer?.pendingBytes ?? 0)
  }

  send(frame: string | Uint8Array): void {
    if (this.#ws.readyState !== this.#ws.OPEN) {
      this.#cutHalfClosed()
      return
    }
    this.#isAckDue = false
    const writer = this.#writer
    // Only a frame that could exceed the limit is measured: a UTF-16 unit takes at most three bytes.
    const mayNeedFragments = frame.length * 3 > FRAGMENT_BYTES
    if (writer === undefined) this.#ws.send(frame)
    else if (mayNeedFragments && Buffer.byteLength(frame) > FRAGMENT_BYTES) this.#sendFragments(writer, frame)
    else if (typeof frame === 'string') writer.text(frame)
    else writer.binary(frame)
    if (this.#flushesEach) writer?.flush()
    if (!this.#isFull && this.bufferedBytes > this.#highWaterBytes) this.#awaitDrain()
  }

  flushed(callback: () => void): void {
    // The callback of an empty write runs after everything before it has reached the operating system.
    if (this.#ws.readyState !== this.#ws.OPEN) return
    this.#writer?.flush()
    this.#socket?.write('', (error) => {
      // Not with an error: the connection has ended, and pending data is lost.
      if (!(error instanceof Error) && !this.#isOver) callback()
    })
  }

  ping(): void {
    if (this.#ws.readyState === this.#ws.OPEN) {
      this.#writer?.flush()
      this.#ws.ping()
    } else {
      this.#cutHalfClosed()
    }
  }

  acknowledgeWhile(isMoreExpected: () => boolean): void {
    this.#isMoreExpected = isMoreExpected
  }

  pause(): void {
    this.#isPaused = true
    this.#ws.pause()
    if (this.#isAccepted && !this.#isOver) pausedPeers.add(this)
  }

  resume(): void {
    this.#isPaused = false
    this.#endReadAhead?.()
    this.#endReadAhead = undefined
    pausedPeers.delete(this)
    if (this.#unread.length === 0) this.#ws.resume()
    else queueMicrotask(() => this.#handUnread('untilPaused'))
  }

  close(code?: number, reason?: string): void {
    this.#saidGoodbye = true
    if (this.#ws.readyState === this.#ws.CONNECTING) this.#ws.terminate()
    else this.#sayGoodbye?.(code, reason)
  }

  terminate(): void {
    if (this.attempt !== undefined) this.attempt.wasCut = true
    this.#ws.terminate()
  }

  /**
   * Detects that an unread peer has ended, by reading ahead and by a ping. A process that is gone answers the first
   * ping with a reset, which the second one detects. If bytes wait to be sent, they have the same effect.
   */
  probe(): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return
    this.#readAhead()
    if (this.bufferedBytes === 0) this.ping()
  }

  #readAhead(): void {
    const socket = this.#socket
    if (socket === undefined || this.#endReadAhead !== undefined) return
    // More than the limit has been read ahead already.
    if (socket.readableLength >= READ_AHEAD_BYTES) return
    const endAt = socket.bytesRead + READ_AHEAD_BYTES
    const count = (): void => {
      if (socket.bytesRead < endAt) return
      socket.off('data', count)
      this.#ws.pause()
    }
    this.#endReadAhead = () => socket.off('data', count)
    socket.on('data', count)
    this.#ws.resume()
  }

  /** No more data comes from the peer of an accepted socket. Reported at once, as the socket may stay open. */
  #peerEnded(code: number, reason?: string | Buffer): void {
    if (!this.#isAccepted || this.#isOver) return
    this.#end(code, reason)
    this.#linger = systemClock.after(LINGER_LIMIT_MS, () => this.#ws.terminate(), 'background')
  }

  #end(code: number, reason: string | Buffer = ''): void {
    if (this.#isOver) return
    this.#handUnread('all')
    this.#isOver = true
    pausedPeers.delete(this)
    this.#events.close(this.#closed(code, reason))
  }

  #planAck(): void {
    this.#isAckPlanned = true
    this.#isAckDue = true
    setImmediate(() => {
      this.#isAckPlanned = false
      const isDue = this.#isAckDue && this.#ws.readyState === this.#ws.OPEN
      if (isDue && this.#isMoreExpected?.() === true) this.#ws.pong()
    })
  }

  #hand(data: Buffer, isBinary: boolean): void {
    handFrame(this.#events, isBinary ? data : data.toString('utf8'))
  }

  /** Delivers waiting messages, then resumes reading. The library pauses between two chunks only. */
  #handUnread(extent: 'untilPaused' | 'all'): void {
    const unread = this.#unread
    if (unread.length === 0) return
    let taken = 0
    try {
      while (extent === 'all' || !this.#isPaused) {
        const message = unread[taken]
        if (message === undefined) break
        taken += 1
        this.#hand(message.data, message.isBinary)
      }
    } finally {
      unread.splice(0, taken)
    }
    if (!this.#isPaused && unread.length === 0) this.#ws.resume()
  }

  /** Cuts a socket that its peer keeps open after the close frame: nothing sent would arrive. */
  #cutHalfClosed(): void {
    if (this.#ws.readyState === this.#ws.CLOSING && !this.#saidGoodbye) this.#ws.terminate()
  }

  #sendFragments(writer: FrameWriter, frame: string | Uint8Array): void {
    writer.flush()
    const binary = typeof frame !== 'string'
    const bytes = binary ? frame : Buffer.from(frame)
    for (let start = 0; start < bytes.byteLength; start += FRAGMENT_BYTES) {
      const end = start + FRAGMENT_BYTES
      this.#ws.send(bytes.subarray(start, end), { binary, fin: end >= bytes.byteLength })
    }
  }

  #awaitDrain(): void {
    this.#isFull = true
    const probe = (): void => {
      if (this.#ws.readyState !== this.#ws.OPEN) return
      this.flushed(() => {
        if (this.bufferedBytes > this.#highWaterBytes / 2) {
          probe()
          return
        }
        this.#isFull = false
        this.#events.drained()
      })
    }
    probe()
  }

  #closed(code: number, reason: string | Buffer): Closed {
    const problem = this.attempt?.problemOf(this.#failure)
    const endCode = this.#failure === undefined ? code : CloseCode.ABNORMAL
    return { code: endCode, reason: reason.toString(), ...this.#failure, ...(problem !== undefined && { problem }) }
  }
}
