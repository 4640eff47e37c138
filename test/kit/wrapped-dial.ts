/** A dial whose connections the test controls: it cuts them, delays events, or drops frames. */
import { failFrame, type Dial, type Transport, type TransportEvents } from '../../src/wire/transport/transport.js'

export interface WrappedDial {
  readonly dial: Dial
  /** Every transport made, oldest first. */
  readonly transports: Transport[]
  /** Ends the current connection without a close frame. */
  cut(): void
}

export interface Faults {
  /** Whether a frame is passed on. */
  readonly passes?: (frame: string | Uint8Array) => boolean
  /** Delay between the end of a connection and its `close` event. */
  readonly closeDelayMs?: number
}

export function wrappedDial(inner: Dial, { passes, closeDelayMs }: Faults = {}): WrappedDial {
  const transports: Transport[] = []
  const dial: Dial = (url, options, events) => {
    const late: TransportEvents = {
      open: () => events.open(),
      text: (frame) => events.text(frame),
      binary: (frame) => events.binary(frame),
      activity: () => events.activity(),
      drained: () => events.drained(),
      frameFailed: (error) => failFrame(events, error),
      close: (closed) => {
        if (closeDelayMs === undefined) events.close(closed)
        else setTimeout(() => events.close(closed), closeDelayMs)
      },
    }
    const transport = inner(url, options, late)
    if (passes !== undefined) {
      const send = transport.send.bind(transport)
      transport.send = (frame) => {
        if (passes(frame)) send(frame)
      }
    }
    transports.push(transport)
    return transport
  }
  return { dial, transports, cut: () => transports.at(-1)?.terminate() }
}
