/**
 * What a connection needs and what it tells: everything its owner sees of it beside its methods. Types only.
 */
import type { QueueFull } from '../../std/async/bounded-queue.js'
import type { Clock } from '../../std/time/clock.js'
import type { Random } from '../../std/random.js'
import type { WebSocketError } from '../../errors.js'
import type { Dial, Transport } from '../../wire/transport/transport.js'
import type { IIIConnectionState } from './state.js'

/** What a connection needs from the world. */
export interface ConnectionPorts {
  /** Opens a transport. */
  readonly dial: Dial
  /** Tells the time and sets timers. */
  readonly clock: Clock
  /** Yields random numbers, for jitter. */
  readonly random: Random
}

/** What a connection tells its owner. */
export interface ConnectionEvents {
  /** Handshake headers for the next dial. */
  headers(): Readonly<Record<string, string>>
  /** Whether an open socket is no link yet: the owner calls `accepted` once the engine accepts the session. */
  readonly awaitsSession?: boolean
  /** The link is up: everything sent through `send` now precedes whatever was waiting. */
  opened(send: (frame: string) => void, transport: Pick<Transport, 'peerHeaders' | 'acknowledgeWhile'>): void
  frame(text: string): void
  /** Handling the latest frame threw; only an owner that ignores frames may leave it out. */
  frameFailed?(error: unknown): void
  /** Why the engine denied the session on this link, when it did; the link ends with that. */
  denial?(): WebSocketError | undefined
  /** The link that was up is gone; frames written to it may or may not have arrived. */
  lost(reason: WebSocketError): void
  /** A dial or a link ended, and what happens next. */
  ended(reason: WebSocketError, retryInMs: number | undefined): void
  stateChanged(state: IIIConnectionState): void
  /** A ping is about to leave, behind everything written so far. */
  pinged?(): void
  /** The peer has answered a ping of this link. */
  ponged?(): void
  /** Nothing waits any more and the link has room: frames of low priority may be offered. */
  idle?(): void
}

/** What became of a posted frame: written, kept for later, or refused. */
export type Posted = 'written' | 'queued' | { readonly refused: QueueFull | 'ended' }
