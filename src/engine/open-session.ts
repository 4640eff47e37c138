/**
 * Puts a session on a transport, which it reads in fair shares.
 */
import type { TransportEvents } from '../transport/transport.js'
import { Inlet } from './inlet.js'
import { Session, type SessionOptions, type SessionParts } from './session.js'

/** Opens a session; the events are to be given to its transport. */
export function openSession(parts: SessionParts, options: Omit<SessionOptions, 'inlet'>): TransportEvents {
  const inlet = new Inlet(parts.clock, options.transport)
  const session = new Session(parts, { ...options, inlet })
  return {
    open: () => undefined,
    text: (frame) => {
      inlet.took(frame.length)
      session.text(frame)
    },
    binary: (frame) => {
      inlet.took(frame.byteLength)
      session.binary(frame)
    },
    frameFailed: (error) => session.frameFailed(error),
    activity: () => undefined,
    drained: () => session.drained(),
    close: () => session.closed(),
  }
}
