/**
 * Puts a session on a transport. Whatever goes wrong while a frame is carried out stays with that frame: no client can
 * take the engine down by what it sends.
 */
import type { TransportEvents } from '../transport/transport.js'
import { FrameIntake } from './frame-intake.js'
import { Inlet } from './inlet.js'
import { Session, type SessionOptions, type SessionParts } from './session.js'
import { isTelemetry } from './telemetry-prefix.js'

/** Opens a session; the events are to be given to its transport. */
export function openSession(parts: SessionParts, options: Omit<SessionOptions, 'inlet'>): TransportEvents {
  const inlet = new Inlet(parts, options.transport)
  const session = new Session(parts, { ...options, inlet })
  const guarded =
    <T>(handle: (frame: T) => void) =>
    (frame: T): void => {
      try {
        handle(frame)
      } catch (error) {
        parts.log.error({ workerId: session.id, error }, 'A frame could not be carried out')
      }
    }
  const intake = new FrameIntake(parts.lane, inlet, {
    small: guarded((frame) => session.text(frame)),
    large: guarded((message) => session.message(message)),
    costly: guarded((frame) => session.costly(frame)),
    binary: guarded((frame) => session.binary(frame)),
  })
  return {
    open: () => undefined,
    text: (frame) => intake.take(frame),
    // Telemetry is text in a coat; any other binary frame is a text frame.
    binary: (frame) => intake.take(isTelemetry(frame) ? frame : textOf(frame)),
    activity: () => undefined,
    drained: () => session.drained(),
    close: () => {
      intake.finish()
      session.closed()
    },
  }
}

function textOf(frame: Uint8Array): string {
  return Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString('utf8')
}
