/**
 * The states of a link to the engine. Each holds the resources that exist in it alone; leaving it releases them.
 *
 *   idle ──▶ dialling ──▶ open
 *              ▲  │         │
 *              │  ▼         │
 *            waiting ◀──────┘      (more retries than allowed: failed)
 *
 *   dialling, open ──close──▶ closing ──▶ closed      the same with `fail`, which ends in failed
 *   idle, waiting ──close──▶ closed
 *
 * How often each address failed is kept by `Addresses`.
 */
import { assertNever } from '../../std/assert-never.js'
import type { Deferred } from '../../std/async/deferred.js'
import type { Timer } from '../../std/time/clock.js'
import type { Transport } from '../../wire/transport/transport.js'
import type { Keepalive } from './keepalive.js'
import { STABLE_AFTER_MS } from './options.js'

export type LinkState = { readonly kind: 'idle' } | Dialling | Open | Waiting | Closing | Ended

export interface Dialling {
  readonly kind: 'dialling'
  /** Whether nothing was dialled before. */
  readonly isFirst: boolean
  readonly transport: Transport
  /** Whether the socket is open, and the session not accepted yet. */
  readonly isOpen: boolean
  /** Cuts a handshake that takes too long. */
  readonly limit: Timer
}

export interface Open {
  readonly kind: 'open'
  readonly openedAt: number
  readonly transport: Transport
  readonly keepalive: Keepalive
  /** Resolves when the transport has closed. */
  readonly end: Deferred<void>
  /** Whether the transport buffers so many bytes that frames wait until it has drained. */
  isFull: boolean
  /** Whether its end is followed by a dial without a delay. */
  isEndExpected: boolean
}

interface Waiting {
  readonly kind: 'waiting'
  readonly timer: Timer
}

/** The end is decided, and the transport has not closed yet. */
export interface Closing {
  readonly kind: 'closing'
  readonly outcome: Ended
  readonly transport: Transport
  /** Resolves when the transport has closed. */
  readonly end: Deferred<void>
  /** Cuts the connection if the close frame is not answered; undefined while the final frames are written. */
  limit: Timer | undefined
}

export type Ended = { readonly kind: 'closed' } | { readonly kind: 'failed'; readonly cause: unknown }

/** Releases the resources of a state. */
export function release(state: LinkState): void {
  switch (state.kind) {
    case 'dialling':
      state.limit.cancel()
      break
    case 'open':
      state.keepalive.stop()
      break
    case 'waiting':
      state.timer.cancel()
      break
    case 'closing':
      state.limit?.cancel()
      break
    case 'idle':
    case 'closed':
    case 'failed':
      break
    default:
      assertNever(state)
  }
}

/** Whether the end is decided. */
export function isOver(state: LinkState): boolean {
  return state.kind === 'closing' || state.kind === 'closed' || state.kind === 'failed'
}

/** Whether a connection had been open for so long that the backoff starts again. */
export function wasStable(state: Dialling | Open, now: number): boolean {
  return state.kind === 'open' && now - state.openedAt >= STABLE_AFTER_MS
}

/** The connection states that users see. */
export const IIIConnectionState = {
  Disconnected: 'disconnected',
  Connecting: 'connecting',
  Connected: 'connected',
  Reconnecting: 'reconnecting',
  Failed: 'failed',
} as const
/** One of the connection states in `IIIConnectionState`. */
export type IIIConnectionState = (typeof IIIConnectionState)[keyof typeof IIIConnectionState]

/** The public connection state of a link state. */
export function publicState(state: LinkState): IIIConnectionState {
  switch (state.kind) {
    case 'idle':
    case 'closed':
      return IIIConnectionState.Disconnected
    case 'dialling':
      return state.isFirst ? IIIConnectionState.Connecting : IIIConnectionState.Reconnecting
    case 'waiting':
      return IIIConnectionState.Reconnecting
    case 'open':
      return IIIConnectionState.Connected
    case 'closing':
      return publicState(state.outcome)
    case 'failed':
      return IIIConnectionState.Failed
    default:
      return assertNever(state)
  }
}
