/** Creates a session on a transport, which it reads in fair shares. */
import { frameText, type TransportEvents } from '../../wire/transport/transport.js'
import { FrameIntake } from './frame-intake.js'
import { ReceiveSide } from './receive-side.js'
import { Session } from './session.js'
import type { SessionOptions, SessionParts } from './session-parts.js'
import { isTelemetry } from './telemetry-prefix.js'

/** Opens a session. Returns the events for its transport. */
export function openSession(parts: SessionParts, options: Omit<SessionOptions, 'receiveSide'>): TransportEvents {
  const receiveSide = new ReceiveSide(parts, options.transport)
  const session = new Session(parts, { ...options, receiveSide })
  const guarded =
    <T>(handle: (frame: T) => void) =>
    (frame: T): void => {
      try {
        handle(frame)
      } catch (error) {
        session.frameFailed(error)
      }
    }
  const intake = new FrameIntake(parts, receiveSide, {
    small: guarded((frame) => session.text(frame)),
    large: guarded((message) => session.message(message)),
    costly: guarded((frame) => session.costly(frame)),
    binary: guarded((frame) => session.binary(frame)),
  })
  return {
    open: () => undefined,
    text: (frame) => intake.take(frame),
    // A binary frame without a telemetry prefix is a text frame.
    binary: (frame) => intake.take(isTelemetry(frame) ? frame : frameText(frame)),
    frameFailed: (error) => session.frameFailed(error),
    activity: () => undefined,
    drained: () => session.drained(),
    close: () => {
      intake.finish()
      session.closed()
    },
  }
}
