/**
 * Keeps one connection to the engine. Replay and flush run synchronously in the event that accepts the session, so no
 * frame overtakes the replay. A session that the engine refuses has received nothing. Knows nothing of messages.
 */
import type { Timer } from '../../std/time/clock.js'
import { deferred } from '../../std/async/deferred.js'
import type { WebSocketError } from '../../errors.js'
import { HANDSHAKE_TIMEOUT_MS } from '../../wire/protocol/limits.js'
import { dialError } from '../../wire/transport/dial-error.js'
import {
  CloseCode,
  frameText,
  HIGH_WATER_BYTES,
  type Closed,
  type DialOptions,
  type Transport,
  type TransportEvents,
} from '../../wire/transport/transport.js'
import { Addresses } from './addresses.js'
import { closedError } from './closed-error.js'
import { Keepalive } from './keepalive.js'
import { CLOSE_TIMEOUT_MS, LOW_PRIORITY_BYTES, type ConnectionOptions } from './options.js'
import { Outbox, type FrameSender } from './outbox.js'
import type { ConnectionEvents, ConnectionPorts, Posted } from './ports.js'
import {
  isOver,
  publicState,
  release,
  type Closing,
  type Ended,
  type IIIConnectionState,
  type LinkState,
} from './state.js'

export type { ConnectionEvents, ConnectionPorts, Posted } from './ports.js'

export class Connection {
  readonly #ports: ConnectionPorts
  readonly #events: ConnectionEvents
  readonly #outbox: Outbox
  readonly #addresses: Addresses
  #state: LinkState = { kind: 'idle' }

  constructor(ports: ConnectionPorts, options: ConnectionOptions, events: ConnectionEvents) {
    this.#ports = ports
    this.#events = events
    this.#outbox = new Outbox(ports.clock, options.outbox)
    this.#addresses = new Addresses(options, ports.random)
  }

  get state(): IIIConnectionState {
    return publicState(this.#state)
  }

  /** The address in use, or dialled next. */
  get address(): string {
    return this.#addresses.current
  }

  /** Whether the connection has ended permanently, or is about to. */
  get isOver(): boolean {
    return isOver(this.#state)
  }

  /** The reason for `failed`. */
  get failure(): unknown {
    const state = this.#state.kind === 'closing' ? this.#state.outcome : this.#state
    return state.kind === 'failed' ? state.cause : undefined
  }

  /** Frames and bytes that wait here and in the socket; `socketBytes` are part of `bytes`. */
  get queued(): { readonly items: number; readonly bytes: number; readonly socketBytes: number } {
    const socketBytes = 'transport' in this.#state ? this.#state.transport.bufferedBytes : 0
    return { items: this.#outbox.size, bytes: this.#outbox.bytes + socketBytes, socketBytes }
  }

  /** Starts connecting; does nothing if already started. */
  connect(): void {
    if (this.#state.kind === 'idle') this.#dial(true)
  }

  /** Writes a frame now, or keeps it until the connection is open and has capacity. */
  post(frame: string, sender: FrameSender): Posted {
    if (this.#maySend() && this.#outbox.size === 0) {
      this.#write(frame)
      sender.written()
      return 'written'
    }
    if (isOver(this.#state)) return { refused: 'ended' }
    const full = this.#outbox.put(frame, sender)
    return full === undefined ? 'queued' : { refused: full }
  }

  /** Removes a frame that has not been written. */
  withdraw(sender: FrameSender): boolean {
    return this.#outbox.withdraw(sender)
  }

  /** Writes a frame if the connection is open; false otherwise. For frames that a replay would repeat. */
  sendIfOpen(frame: string): boolean {
    if (this.#state.kind !== 'open') return false
    this.#write(frame)
    return true
  }

  /**
   * Dials again without a delay when the present connection ends: the engine ends it as an answer that has been
   * handled.
   */
  expectEnd(): void {
    if (this.#state.kind === 'open') this.#state.isEndExpected = true
  }

  /** Resolves once everything written so far has left this process, or the connection has ended. */
  flushed(): Promise<void> {
    if (this.#state.kind !== 'open') return Promise.resolve()
    const { transport, end } = this.#state
    return Promise.race([new Promise<void>((resolve) => transport.flushed(resolve)), end.promise])
  }

  /** Whether frames reach the peer; still true between `close` and the close frame. */
  get isUp(): boolean {
    return this.#state.kind === 'open' || this.#isWritingLast
  }

  /** Writes a frame of low priority when nothing else waits, or as a final frame after `close`; false otherwise. */
  offer(frame: string | Uint8Array): boolean {
    const { socketBytes, items } = this.queued
    const isFree = this.#maySend() && socketBytes <= LOW_PRIORITY_BYTES && items === 0
    if (!isFree && !this.#isWritingLast) return false
    this.#write(frame)
    return true
  }

  /**
   * Closes permanently with a close frame, and cuts when the peer does not answer in time. Never rejects.
   * @param lastFrames may `offer` frames before the close frame of an open connection; it limits its own time.
   */
  close(lastFrames?: () => Promise<void>): Promise<void> {
    return this.#end({ kind: 'closed' }, lastFrames)
  }

  /** Ends permanently because the engine refused the worker. */
  fail(cause: unknown): Promise<void> {
    return this.#end({ kind: 'failed', cause })
  }

  /** The engine accepted the session: replays registrations and sends what waits. Calling it again has no effect. */
  accepted(): void {
    const state = this.#state
    if (state.kind !== 'dialling') return
    const { transport } = state
    this.#events.opened(this.#write, transport)
    // Writing may have detected that the transport has closed.
    if (this.#state !== state) return
    this.#enter({
      kind: 'open',
      openedAt: this.#ports.clock.now(),
      transport,
      keepalive: this.#keepalive(transport),
      end: deferred(),
      isFull: transport.bufferedBytes > HIGH_WATER_BYTES,
      isEndExpected: false,
    })
    this.#flush()
  }

  #dial(isFirst = false): void {
    const headers: DialOptions['headers'] = () => this.#events.headers()
    const transport = this.#ports.dial(this.address, { headers }, this.#transportEvents())
    const limit = this.#limit(transport, HANDSHAKE_TIMEOUT_MS)
    this.#enter({ kind: 'dialling', isFirst, isOpen: false, transport, limit })
  }

  #transportEvents(): TransportEvents {
    const receive = (frame: string): void => {
      if (!isOver(this.#state)) this.#events.frame(frame)
    }
    return {
      open: () => this.#onOpen(),
      text: receive,
      binary: (frame) => receive(frameText(frame)),
      frameFailed: (error) => this.#events.frameFailed?.(error),
      activity: () => {
        if (this.#state.kind === 'open') this.#state.keepalive.activity()
      },
      pong: () => this.#events.ponged?.(),
      drained: () => this.#onDrained(),
      close: (closed) => this.#onClose(closed),
    }
  }

  #keepalive(transport: Transport): Keepalive {
    const ping = (): void => {
      this.#events.pinged?.()
      transport.ping()
    }
    return new Keepalive(this.#ports.clock, ping, () => transport.terminate())
  }

  #limit(transport: Transport, afterMs: number): Timer {
    return this.#ports.clock.after(afterMs, () => transport.terminate())
  }

  #onOpen(): void {
    const state = this.#state
    if (state.kind !== 'dialling') return
    if (this.#events.awaitsSession !== true) this.accepted()
    else this.#enter({ ...state, isOpen: true, limit: this.#limit(state.transport, HANDSHAKE_TIMEOUT_MS) })
  }

  #onDrained(): void {
    if (this.#state.kind !== 'open') return
    this.#state.isFull = false
    this.#flush()
  }

  #onClose(closed: Closed): void {
    const before = this.#state
    if (before.kind === 'closing') {
      this.#enter(before.outcome)
      before.end.resolve()
      return
    }
    if (before.kind !== 'dialling' && before.kind !== 'open') return
    const isOpen = before.kind === 'open'
    const failure = isOpen ? closedError(closed) : dialError(closed, { url: this.address, isAccepted: before.isOpen })
    const reason = this.#events.denial?.() ?? failure
    const delayMs = this.#addresses.delayAfter(closed, before, this.#ports.clock.now())
    if (delayMs === undefined) this.#enter({ kind: 'failed', cause: reason })
    else this.#enter({ kind: 'waiting', timer: this.#ports.clock.after(delayMs, () => this.#dial()) })
    if (isOpen) this.#events.lost(reason)
    this.#reportEnd(reason, delayMs)
    if (isOpen) before.end.resolve()
  }

  /** Reports the end of a dial or a connection. A listener may have closed it meanwhile. */
  #reportEnd(reason: WebSocketError, delayMs: number | undefined): void {
    const isRetried = this.#state.kind === 'waiting'
    if (isRetried) this.#outbox.expire()
    else this.#outbox.discard()
    this.#events.ended(reason, isRetried ? delayMs : undefined)
  }

  #end(outcome: Ended, lastFrames?: () => Promise<void>): Promise<void> {
    const before = this.#state
    if (before.kind === 'closing') return before.end.promise
    if (isOver(before)) return Promise.resolve()
    if (before.kind !== 'dialling' && before.kind !== 'open') {
      this.#enter(outcome)
      this.#outbox.discard()
      return Promise.resolve()
    }
    const { transport } = before
    const end = before.kind === 'open' ? before.end : deferred<void>()
    const writeLast = before.kind === 'open' ? lastFrames : undefined
    const limit = writeLast === undefined ? this.#limit(transport, CLOSE_TIMEOUT_MS) : undefined
    const closing: Closing = { kind: 'closing', outcome, transport, end, limit }
    this.#enter(closing)
    this.#outbox.discard()
    const sendClose = (): void => {
      // The connection may have ended while the final frames were written.
      if (this.#state !== closing) return
      closing.limit ??= this.#limit(transport, CLOSE_TIMEOUT_MS)
      transport.close(CloseCode.NORMAL)
    }
    if (writeLast === undefined) sendClose()
    else writeLast().then(sendClose, sendClose)
    return end.promise
  }

  #flush(): void {
    this.#outbox.flush(this.#write, () => this.#maySend())
    if (this.#outbox.size === 0 && this.#maySend()) this.#events.idle?.()
  }

  readonly #write = (frame: string | Uint8Array): void => {
    const state = this.#state
    if (!('transport' in state)) return
    state.transport.send(frame)
    if (state.kind === 'open' && state.transport.bufferedBytes > HIGH_WATER_BYTES) state.isFull = true
  }

  #maySend(): boolean {
    return this.#state.kind === 'open' && !this.#state.isFull
  }

  /** Whether the end is decided and the close frame has not been sent. */
  get #isWritingLast(): boolean {
    return this.#state.kind === 'closing' && this.#state.limit === undefined
  }

  #enter(state: LinkState): void {
    const before = this.#state
    release(before)
    this.#state = state
    const after = publicState(state)
    if (publicState(before) !== after) this.#events.stateChanged(after)
  }
}
