/** A dial whose connections the test controls: it cuts them, delays events, or drops frames. */
import {
  ForwardedEvents,
  type Closed,
  type Dial,
  type Transport,
  type TransportEvents,
} from '../../src/wire/transport/transport.js'

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
    const late = new LateClose(events, closeDelayMs)
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

/** Reports the end of a link later than it happens, if asked to. */
class LateClose extends ForwardedEvents {
  readonly #delayMs: number | undefined

  constructor(next: TransportEvents, delayMs: number | undefined) {
    super(next)
    this.#delayMs = delayMs
  }

  override close(closed: Closed): void {
    if (this.#delayMs === undefined) super.close(closed)
    // eslint-disable-next-line local/real-time -- it delays a real socket
    else setTimeout(() => super.close(closed), this.#delayMs)
  }
}
