/**
 * The link of a worker to its engine: one connection that is kept up, the session on it, and the parts of the worker that
 * follow both. Built first; every part stands on it, and it knows them only by the events below.
 */
import { endedError, type EndedError } from '../connection/closed-error.js'
import { Connection, type ConnectionEvents, type ConnectionPorts } from '../connection/connection.js'
import { connectionOptions } from '../connection/options.js'
import { IIIConnectionState } from '../connection/state.js'
import {
  ErrorCode,
  NotConnectedError,
  type ErrorBody,
  type RegistrationRejectedError,
  type WebSocketError,
} from '../../errors.js'
import { deferred, type Deferred } from '../../std/async/deferred.js'
import { Emitter } from '../../std/async/emitter.js'
import { workerCodec } from '../../wire/protocol/codec.js'
import type { DialOptions } from '../../wire/transport/transport.js'
import type { Report } from './diagnostics/diagnostics.js'
import type { Needs } from './lifecycle/workarounds.js'
import type { WorkerOptions } from './options/options.js'

/** Ids that the engine assigned to this worker on one link. */
export interface Session {
  readonly workerId: string
  readonly reattachToken: string | undefined
}

export type OpenTransport = Parameters<ConnectionEvents['opened']>[1]

/** A part of a worker that follows its link. Each event goes to the parts in the order of their list. */
export interface LinkPart {
  /** The engine accepted a session. Nothing has been sent on the link. */
  accepted?(session: Session): void
  /** The link is up: what `send` writes precedes everything that waits. */
  opened?(send: (frame: string) => void, transport: OpenTransport): void
  /** The link is up, and every part has sent what it must. */
  connected?(): void
  /** The link that was up is gone. Its frames may or may not have arrived. */
  lost?(reason: WebSocketError): void
  /** A dial or a link ended. @param isDenied whether the engine denied the session. */
  ended?(reason: WebSocketError, isDenied: boolean): void
  /** The client has ended: by shutdown, or because the engine rejected it. */
  over?(reason: EndedError): void
  /** A WebSocket ping leaves behind everything written so far. */
  pinged?(): void
  /** The engine answered a WebSocket ping. */
  ponged?(): void
  /** Nothing waits, and the link has room. */
  idle?(): void
}

/** Where frames go. */
export interface FrameReceiver {
  frame(text: string): void
  /** Handling the latest frame threw. */
  frameFailed(error: unknown): void
}

/** The options that a link reads. */
export type LinkOptions = Pick<WorkerOptions, 'addresses' | 'headers' | 'reconnection'> &
  Partial<Pick<WorkerOptions, 'needsOf'>>

const PING = workerCodec.encode({ type: 'ping' })

export class Link implements ConnectionEvents {
  readonly awaitsSession = true
  readonly connection: Connection
  readonly states: Emitter<IIIConnectionState>
  /** Sessions that the engine refused. */
  readonly refusals: Emitter<ErrorBody>
  /** Emits when the client has ended. A client that never connected changes no state by that. */
  readonly endings: Emitter<void>
  readonly #options: LinkOptions
  readonly #report: Report
  #receiver: FrameReceiver | undefined
  #parts: readonly LinkPart[] = []
  #headers: DialOptions['headers']
  #number = 0
  #needs: Needs | undefined
  #session: Session | undefined
  #previous: Session | undefined
  #denial: WebSocketError | undefined
  #pongs: Deferred<void>[] = []

  constructor(options: LinkOptions, ports: ConnectionPorts, report: Report) {
    this.#options = options
    this.#report = report
    this.#headers = options.headers
    const onListenerError = (error: unknown): void => {
      report({ kind: 'callback_failed', error })
    }
    this.states = new Emitter(onListenerError)
    this.refusals = new Emitter(onListenerError)
    this.endings = new Emitter(onListenerError)
    this.connection = new Connection(ports, connectionOptions(options.addresses, options.reconnection), this)
  }

  /** Joins the parts. Called once, before the connection is begun. */
  join(receiver: FrameReceiver, parts: readonly LinkPart[]): void {
    this.#receiver = receiver
    this.#parts = parts
  }

  get state(): 'open' | 'down' | 'over' {
    if (this.connection.isOver) return 'over'
    return this.isOpen ? 'open' : 'down'
  }

  get isOpen(): boolean {
    return this.connection.state === IIIConnectionState.Connected
  }

  /** Number of the link in use, or of the last one; grows with each. */
  get number(): number {
    return this.#number
  }

  get reconnects(): number {
    return Math.max(0, this.#number - 1)
  }

  /** Workarounds for the engine on this link, or on the last one; none before the first link. */
  get needs(): Needs | undefined {
    return this.#needs
  }

  /** The session on this link, or on the last one. */
  get session(): Session | undefined {
    return this.#session
  }

  /** The session before that, which `reattach` retires. */
  get previous(): Session | undefined {
    return this.#previous
  }

  headers(): ReturnType<DialOptions['headers']> {
    return this.#headers()
  }

  /** Replaces the handshake headers of the next dial. */
  setHeaders(headers: DialOptions['headers']): void {
    this.#headers = headers
  }

  /** Writes a frame if the link is up; false otherwise. For frames that opening the link sends anyway. */
  send(frame: string): boolean {
    return this.connection.sendIfOpen(frame)
  }

  /**
   * Resolves once the engine has read everything written so far.
   * @throws {NotConnectedError} `CONNECTION_LOST` when the link ends first.
   */
  ping(): Promise<void> {
    const pong = deferred<void>()
    if (this.send(PING)) this.#pongs.push(pong)
    else pong.reject(unconfirmed())
    return pong.promise
  }

  /** The engine answered a `ping` frame. */
  pong(): void {
    this.#pongs.shift()?.resolve()
  }

  /** The engine accepted the session: every part announces itself now. */
  accept(session: Session): void {
    this.#previous = this.#session
    this.#session = session
    for (const part of this.#parts) part.accepted?.(session)
    this.connection.accepted()
  }

  /** The next link retires this session first. */
  retire(session: Session): void {
    this.#session = session
  }

  /** The engine denied the session; it ends the link next. */
  deny(error: ErrorBody, reason: WebSocketError): void {
    this.#denial = reason
    this.refusals.emit(error)
  }

  /** Ends the client because of a final rejection of the engine. */
  reject(error: RegistrationRejectedError): void {
    this.#report({ kind: 'registration_rejected', error })
    void this.connection.fail(error)
    this.#end()
  }

  /**
   * Ends the client; resolves once the socket is gone. Never rejects.
   * @param lastFrames may still `offer` frames when the link is up.
   */
  close(lastFrames: () => Promise<void>): Promise<void> {
    const closed = this.connection.close(lastFrames)
    this.#end()
    return closed
  }

  /** Why nothing can be sent any more. */
  endedError(): EndedError {
    return endedError(this.connection.failure, this.connection.state)
  }

  denial(): WebSocketError | undefined {
    return this.#denial
  }

  opened(send: (frame: string) => void, transport: OpenTransport): void {
    this.#number += 1
    this.#needs = this.#options.needsOf?.(transport.peerHeaders)
    for (const part of this.#parts) part.opened?.(send, transport)
  }

  frame(text: string): void {
    this.#receiver?.frame(text)
  }

  frameFailed(error: unknown): void {
    this.#receiver?.frameFailed(error)
  }

  lost(reason: WebSocketError): void {
    this.#failPongs()
    for (const part of this.#parts) part.lost?.(reason)
  }

  ended(reason: WebSocketError, retryInMs: number | undefined): void {
    for (const part of this.#parts) part.ended?.(reason, this.#denial !== undefined)
    this.#denial = undefined
    this.#report({ kind: 'connection_ended', error: reason, retryInMs })
    if (retryInMs === undefined) this.#end()
  }

  stateChanged(state: IIIConnectionState): void {
    this.#report({ kind: 'state', state })
    this.states.emit(state)
    if (state === IIIConnectionState.Connected) for (const part of this.#parts) part.connected?.()
  }

  pinged(): void {
    for (const part of this.#parts) part.pinged?.()
  }

  ponged(): void {
    for (const part of this.#parts) part.ponged?.()
  }

  idle(): void {
    for (const part of this.#parts) part.idle?.()
  }

  #end(): void {
    this.#failPongs()
    const reason = this.endedError()
    for (const part of this.#parts) part.over?.(reason)
    this.endings.emit()
  }

  #failPongs(): void {
    for (const pong of this.#pongs.splice(0)) pong.reject(unconfirmed())
  }
}

function unconfirmed(): NotConnectedError {
  const text = 'The connection was lost before the engine confirmed the registrations'
  return new NotConnectedError(ErrorCode.CONNECTION_LOST, text, { outcome: 'unknown' })
}
