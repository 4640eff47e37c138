/**
 * The states of a link to the engine and how they follow each other. Pure: no sockets, no timers, no clock.
 *
 *   idle ──connect──▶ dialling ──opened──▶ open
 *                       ▲   │                │
 *            delayPassed│   │ended           │ended
 *                       │   ▼                ▼
 *                      waiting ◀─────────────┘      (more retries than allowed: failed)
 *
 *   any live state ──close──▶ closed       any live state ──reject──▶ failed
 *
 * `retries` counts links and dials that ended in a row; it falls back only after a link has been stable.
 */
import { assertNever } from '../../std/assert-never.js'
import { STABLE_AFTER_MS } from './options.js'

export type LinkState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'dialling'; readonly retries: number }
  | { readonly kind: 'open'; readonly retries: number; readonly openedAt: number }
  | { readonly kind: 'waiting'; readonly retries: number }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly cause: unknown }

export type LinkEvent =
  | { readonly kind: 'connect' }
  | { readonly kind: 'opened'; readonly now: number }
  | { readonly kind: 'ended'; readonly now: number; readonly cause: unknown }
  | { readonly kind: 'delayPassed' }
  | { readonly kind: 'close' }
  | { readonly kind: 'reject'; readonly cause: unknown }

/** The state after an event; the same object if the event does not apply. */
export function next(state: LinkState, event: LinkEvent, maxRetries: number): LinkState {
  if (isTerminal(state)) return state
  switch (event.kind) {
    case 'connect':
      return state.kind === 'idle' ? { kind: 'dialling', retries: 0 } : state
    case 'opened':
      return state.kind === 'dialling' ? { kind: 'open', retries: state.retries, openedAt: event.now } : state
    case 'ended':
      return afterEnd(state, event, maxRetries)
    case 'delayPassed':
      return state.kind === 'waiting' ? { kind: 'dialling', retries: state.retries } : state
    case 'close':
      return { kind: 'closed' }
    case 'reject':
      return { kind: 'failed', cause: event.cause }
    default:
      return assertNever(event)
  }
}

export function isTerminal(state: LinkState): boolean {
  return state.kind === 'closed' || state.kind === 'failed'
}

function afterEnd(
  state: LinkState,
  event: { readonly now: number; readonly cause: unknown },
  maxRetries: number,
): LinkState {
  if (state.kind !== 'dialling' && state.kind !== 'open') return state
  const stable = state.kind === 'open' && event.now - state.openedAt >= STABLE_AFTER_MS
  const retries = stable ? 1 : state.retries + 1
  return retries > maxRetries ? { kind: 'failed', cause: event.cause } : { kind: 'waiting', retries }
}

/** The connection states that users see. */
export const IIIConnectionState = {
  Disconnected: 'disconnected',
  Connecting: 'connecting',
  Connected: 'connected',
  Reconnecting: 'reconnecting',
  Failed: 'failed',
} as const
export type IIIConnectionState = (typeof IIIConnectionState)[keyof typeof IIIConnectionState]

/** The public connection state of a link state. */
export function publicState(state: LinkState): IIIConnectionState {
  switch (state.kind) {
    case 'idle':
    case 'closed':
      return IIIConnectionState.Disconnected
    case 'dialling':
      return state.retries === 0 ? IIIConnectionState.Connecting : IIIConnectionState.Reconnecting
    case 'waiting':
      return IIIConnectionState.Reconnecting
    case 'open':
      return IIIConnectionState.Connected
    case 'failed':
      return IIIConnectionState.Failed
    default:
      return assertNever(state)
  }
}
