/**
 * Puts a session on a transport. A frame whose handling fails costs that frame: it is logged, and a call is answered.
 */
import { engineCodec } from '../protocol/codec.js'
import { frameText, type TransportEvents } from '../transport/transport.js'
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
    frameFailed: (error, frame) => {
      parts.counters.failedFrames += 1
      parts.log.error({ workerId: session.id, error }, 'A frame could not be handled')
      const message = engineCodec.decode(frameText(frame))
      if (message.type === 'invokefunction') parts.router.failed(session, message)
    },
    activity: () => undefined,
    drained: () => session.drained(),
    close: () => session.closed(),
  }
}
