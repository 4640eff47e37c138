/** The dependencies of a connection and its callbacks to its owner. Types only. */
import type { QueueFull } from '../../std/async/bounded-queue.js'
import type { Clock } from '../../std/time/clock.js'
import type { Random } from '../../std/random.js'
import type { WebSocketError } from '../../errors.js'
import type { Dial, HandshakeHeaders, Transport } from '../../wire/transport/transport.js'
import type { IIIConnectionState } from './state.js'

/** External dependencies of a connection. */
export interface ConnectionPorts {
  /** Opens a transport. */
  readonly dial: Dial
  /** Tells the time and sets timers. */
  readonly clock: Clock
  /** Yields random numbers, for jitter. */
  readonly random: Random
}

/** Callbacks of a connection to its owner. */
export interface ConnectionEvents {
  /** Handshake headers for the next dial. */
  headers(): HandshakeHeaders | Promise<HandshakeHeaders>
  /** Whether an open socket is not a session yet: the owner calls `accepted` once the engine accepts the session. */
  readonly awaitsSession?: boolean
  /** The session is accepted: frames passed to `send` now precede those that waited. */
  opened(send: (frame: string) => void, transport: Pick<Transport, 'peerHeaders' | 'acknowledgeWhile'>): void
  frame(text: string): void
  /** Handling the latest frame threw; only an owner that ignores frames may leave it out. */
  frameFailed?(error: unknown): void
  /** Why the engine denied the session on this connection, if it did; the connection then ends. */
  denial?(): WebSocketError | undefined
  /** The connection was lost; frames written to it may or may not have arrived. */
  lost(reason: WebSocketError): void
  /** A dial failed or a connection ended, and what happens next. */
  ended(reason: WebSocketError, retryInMs: number | undefined): void
  stateChanged(state: IIIConnectionState): void
  /** A ping is about to be sent, behind everything written so far. */
  pinged?(): void
  /** The peer has answered a ping of this connection. */
  ponged?(): void
  /** Nothing waits and the connection has capacity: frames of low priority may be offered. */
  idle?(): void
}

/** The fate of a posted frame: written, kept for later, or refused. */
export type Posted = 'written' | 'queued' | { readonly refused: QueueFull | 'ended' }
