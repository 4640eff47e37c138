/**
 * Puts a session on a transport. Whatever goes wrong while a frame is carried out stays with that frame: no client can
 * take the engine down by what it sends.
 */
import type { TransportEvents } from '../transport/transport.js'
import { Inlet } from './inlet.js'
import { isUnreadable } from './unreadable-frame.js'
import { Session, type SessionOptions, type SessionParts } from './session.js'

/** Opens a session; the events are to be given to its transport. */
export function openSession(parts: SessionParts, options: Omit<SessionOptions, 'inlet'>): TransportEvents {
  const inlet = new Inlet(parts.clock, options.transport)
  const session = new Session(parts, { ...options, inlet })
  const dropsUnreadable = parts.quirks.unreadableFrames === true
  const failed = (error: unknown): void => {
    parts.log.error({ workerId: session.id, error }, 'A frame could not be carried out')
  }
  return {
    open: () => undefined,
    text: (frame) => {
      inlet.took(frame.length)
      if (dropsUnreadable && isUnreadable(frame)) {
        parts.counters.malformedFrames += 1
        return
      }
      try {
        session.text(frame)
      } catch (error) {
        failed(error)
      }
    },
    binary: (frame) => {
      inlet.took(frame.byteLength)
      try {
        session.binary(frame)
      } catch (error) {
        failed(error)
      }
    },
    activity: () => undefined,
    drained: () => session.drained(),
    close: () => session.closed(),
  }
}
