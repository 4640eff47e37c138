/**
 * Keeps one connection to the engine: performs the effects that the state machine decides. Replay and flush run
 * synchronously in the event that accepts the session, so no frame overtakes the replay. A session that the engine
 * refuses after the socket opened has received nothing. Knows nothing of messages.
 */
import { backoffDelayMs } from '../../std/time/backoff.js'
import type { Timer } from '../../std/time/clock.js'
import { deferred, type Deferred } from '../../std/async/deferred.js'
import type { WebSocketError } from '../../errors.js'
import { HANDSHAKE_TIMEOUT_MS } from '../../wire/protocol/limits.js'
import { frameText, HIGH_WATER_BYTES, type Closed, type Transport } from '../../wire/transport/transport.js'
import { closedError } from './closed-error.js'
import { ClosingHandshake } from './closing-handshake.js'
import { Keepalive } from './keepalive.js'
import { LOW_PRIORITY_BYTES, type ConnectionOptions } from './options.js'
import { Outbox, type Letter } from './outbox.js'
import type { ConnectionEvents, ConnectionPorts, Posted } from './ports.js'
import { isTerminal, next, publicState, type IIIConnectionState, type LinkEvent, type LinkState } from './state.js'

export type { ConnectionEvents, ConnectionPorts, Posted } from './ports.js'

export class Connection {
  readonly #ports: ConnectionPorts
  readonly #options: ConnectionOptions
  readonly #events: ConnectionEvents
  readonly #outbox: Outbox
  readonly #closingHandshake: ClosingHandshake
  #state: LinkState = { kind: 'idle' }
  #transport: Transport | undefined
  #keepalive: Keepalive | undefined
  #timer: Timer | undefined
  #congested = false
  /** Whether the next end of the connection is followed by a dial without a delay. */
  #isEndExpected = false
  #linkEnd: Deferred<void> | undefined

  constructor(ports: ConnectionPorts, options: ConnectionOptions, events: ConnectionEvents) {
    this.#ports = ports
    this.#options = options
    this.#events = events
    this.#outbox = new Outbox(ports.clock, options.outbox)
    this.#closingHandshake = new ClosingHandshake(ports.clock)
  }

  get state(): IIIConnectionState {
    return publicState(this.#state)
  }

  /** Whether the connection has ended permanently. */
  get isOver(): boolean {
    return isTerminal(this.#state)
  }

  /** The reason for `failed`. */
  get failure(): unknown {
    return this.#state.kind === 'failed' ? this.#state.cause : undefined
  }

  /** Frames and bytes that wait here and in the socket; `socketBytes` are part of `bytes`. */
  get queued(): { readonly items: number; readonly bytes: number; readonly socketBytes: number } {
    const socketBytes = this.#transport?.bufferedBytes ?? 0
    return { items: this.#outbox.size, bytes: this.#outbox.bytes + socketBytes, socketBytes }
  }

  /** Starts connecting; does nothing if already started. */
  connect(): void {
    if (this.#state.kind !== 'idle') return
    this.#apply({ kind: 'connect' })
    this.#dial()
  }

  /** Writes a frame now, or keeps it until the connection is open and has capacity. */
  post(frame: string, letter: Letter): Posted {
    if (isTerminal(this.#state)) return { refused: 'ended' }
    if (this.#transport !== undefined && this.#maySend() && this.#outbox.size === 0) {
      this.#write(frame)
      letter.written()
      return 'written'
    }
    const full = this.#outbox.put(frame, letter)
    return full === undefined ? 'queued' : { refused: full }
  }

  /** Removes a frame that has not been written. */
  withdraw(letter: Letter): boolean {
    return this.#outbox.withdraw(letter)
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
    this.#isEndExpected = this.#state.kind === 'open'
  }

  /** Resolves once everything written so far has left this process, or the connection has ended. */
  flushed(): Promise<void> {
    const transport = this.#transport
    if (transport === undefined || this.#state.kind !== 'open') return Promise.resolve()
    this.#linkEnd ??= deferred()
    return Promise.race([
      new Promise<void>((resolve) => {
        transport.flushed(resolve)
      }),
      this.#linkEnd.promise,
    ])
  }

  /** Whether frames reach the peer; still true between `close` and the close frame. */
  get isUp(): boolean {
    return this.#keepalive !== undefined
  }

  /** Writes a frame of low priority when nothing else waits, or as a final frame after `close`; false otherwise. */
  offer(frame: string | Uint8Array): boolean {
    const transport = this.#transport
    if (transport === undefined || !this.isUp) return false
    const isFree = this.#maySend() && this.#outbox.size === 0 && transport.bufferedBytes <= LOW_PRIORITY_BYTES
    if (!isFree && !isTerminal(this.#state)) return false
    this.#write(frame)
    return true
  }

  /**
   * Closes permanently: sends the close frame, and cuts when the peer does not answer in time. Never rejects.
   * @param lastWords runs before the close frame if the connection is open, and may `offer` frames; it limits its own
   * time.
   */
  close(lastWords?: () => Promise<void>): Promise<void> {
    this.#end({ kind: 'close' })
    return this.#closingHandshake.say(this.#transport, this.isUp ? lastWords : undefined)
  }

  /** Ends permanently because the engine refused the worker. */
  fail(cause: unknown): Promise<void> {
    this.#end({ kind: 'reject', cause })
    return this.#closingHandshake.say(this.#transport)
  }

  #end(event: LinkEvent): void {
    if (isTerminal(this.#state)) return
    this.#timer?.cancel()
    this.#timer = undefined
    this.#apply(event)
    this.#outbox.discard()
  }

  #dial(): void {
    const transport = this.#ports.dial(
      this.#options.url,
      { headers: () => this.#events.headers() },
      {
        open: () => {
          this.#onOpen(transport)
        },
        text: (frame) => {
          if (!isTerminal(this.#state)) this.#events.frame(frame)
        },
        binary: (frame) => {
          if (!isTerminal(this.#state)) this.#events.frame(frameText(frame))
        },
        frameFailed: (error) => {
          this.#events.frameFailed?.(error)
        },
        activity: () => {
          this.#keepalive?.activity()
        },
        pong: () => {
          this.#events.ponged?.()
        },
        drained: () => {
          this.#onDrained()
        },
        close: (closed) => {
          this.#onClose(closed)
        },
      },
    )
    this.#transport = transport
    this.#limitHandshake(transport)
  }

  #limitHandshake(transport: Transport): void {
    this.#timer?.cancel()
    this.#timer = this.#ports.clock.after(HANDSHAKE_TIMEOUT_MS, () => {
      transport.terminate()
    })
  }

  #onOpen(transport: Transport): void {
    if (this.#state.kind !== 'dialling') return
    this.#transport = transport
    if (this.#events.awaitsSession === true) this.#limitHandshake(transport)
    else this.accepted()
  }

  /** The engine accepted the session: replays registrations and sends what waits. Calling it again has no effect. */
  accepted(): void {
    const transport = this.#transport
    if (this.#state.kind !== 'dialling' || transport === undefined) return
    this.#timer?.cancel()
    this.#congested = false
    this.#keepalive = new Keepalive(
      this.#ports.clock,
      () => {
        this.#events.pinged?.()
        transport.ping()
      },
      () => {
        transport.terminate()
      },
    )
    this.#events.opened(this.#write, transport)
    this.#apply({ kind: 'opened', now: this.#ports.clock.now() })
    this.#flush()
  }

  #onDrained(): void {
    this.#congested = false
    if (this.#state.kind === 'open') this.#flush()
  }

  #onClose(closed: Closed): void {
    this.#timer?.cancel()
    this.#keepalive?.stop()
    this.#keepalive = undefined
    this.#transport = undefined
    const before = this.#state
    const dialled = before.kind === 'open' ? undefined : this.#options.url
    const reason = this.#events.denial?.() ?? closedError(closed, dialled)
    this.#apply({ kind: 'ended', now: this.#ports.clock.now(), cause: reason })
    if (before.kind === 'open') this.#events.lost(reason)
    if (this.#state.kind === 'waiting') this.#wait(reason, this.#state.retries)
    else if (before.kind !== this.#state.kind) {
      this.#outbox.discard()
      this.#events.ended(reason, undefined)
    }
    this.#linkEnd?.resolve()
    this.#linkEnd = undefined
    this.#closingHandshake.linkEnded()
  }

  #wait(reason: WebSocketError, retries: number): void {
    const delayMs = this.#isEndExpected ? 0 : backoffDelayMs(this.#options.backoff, retries, this.#ports.random)
    this.#isEndExpected = false
    // Set before the callbacks run: one of them may close the connection, which cancels this.
    this.#timer = this.#ports.clock.after(delayMs, () => {
      this.#apply({ kind: 'delayPassed' })
      if (this.#state.kind === 'dialling') this.#dial()
    })
    this.#outbox.expire()
    this.#events.ended(reason, delayMs)
  }

  #flush(): void {
    this.#outbox.flush(this.#write, () => this.#maySend())
    if (this.#outbox.size === 0 && this.#maySend()) this.#events.idle?.()
  }

  readonly #write = (frame: string | Uint8Array): void => {
    const transport = this.#transport
    if (transport === undefined) return
    transport.send(frame)
    if (transport.bufferedBytes > HIGH_WATER_BYTES) this.#congested = true
  }

  #maySend(): boolean {
    return this.#state.kind === 'open' && !this.#congested
  }

  #apply(event: LinkEvent): void {
    const before = publicState(this.#state)
    this.#state = next(this.#state, event, this.#options.maxRetries)
    const after = publicState(this.#state)
    if (before !== after) this.#events.stateChanged(after)
  }
}
