/**
 * Intercepts one connection: frames are shown to the owner, and can be delayed, held or cut. The engine and the worker
 * at its ends use an ordinary transport.
 */
import type { Clock } from '../std/time/clock.js'
import {
  ForwardedEvents,
  handFrame,
  HIGH_WATER_BYTES,
  type Closed,
  type Transport,
  type TransportEvents,
} from '../wire/transport/transport.js'
import { Lane } from './lane.js'

/** Observers of a connection. */
export interface LinkWatcher {
  /** The worker sent this frame. */
  readonly sent: (link: TappedLink, frame: string | Uint8Array) => void
  /** This frame is sent to the worker. */
  readonly received: (link: TappedLink, frame: string | Uint8Array) => void
  readonly closed: (link: TappedLink) => void
}

export interface LinkParts {
  readonly clock: Clock
  /** Delay of each frame, in each direction. */
  readonly latencyMs: number
  readonly watcher: LinkWatcher
}

type ReadStop = 'engine' | 'paused' | 'stalled'

export class TappedLink {
  readonly #watcher: LinkWatcher
  readonly #inner: Transport
  /** To the engine. */
  readonly #inbound: Lane
  /** To the worker. */
  readonly #outbound: Lane
  #events: TransportEvents | undefined
  /** Reasons for not reading from the worker; empty while it is read. */
  readonly #readStops = new Set<ReadStop>()

  constructor({ clock, latencyMs, watcher }: LinkParts, inner: Transport) {
    this.#watcher = watcher
    this.#inner = inner
    const lane = { clock, latencyMs, onFull: () => this.cut() }
    this.#inbound = new Lane(lane)
    this.#outbound = new Lane(lane)
  }

  /** The transport for the engine. */
  get transport(): Transport {
    const inner = this.#inner
    const outbound = this.#outbound
    return {
      get isOpen() {
        return inner.isOpen
      },
      get bufferedBytes() {
        return inner.bufferedBytes + outbound.bytes
      },
      send: (frame) => this.send(frame),
      flushed: (callback) => outbound.push(() => inner.flushed(callback)),
      ping: () => outbound.push(() => inner.ping()),
      pause: () => this.#stopReading('engine'),
      resume: () => this.#readOn('engine'),
      close: (code, reason) => this.close(code, reason),
      terminate: () => this.cut(),
    }
  }

  /** Events of the real transport, passed on to the engine in order. */
  listen(events: TransportEvents): TransportEvents {
    this.#events = events
    const tapped = {
      frame: (frame: string | Uint8Array) => {
        this.#watcher.sent(this, frame)
        this.#inbound.push(() => handFrame(events, frame), frame.length)
      },
      close: (closed: Closed) => {
        this.#outbound.clear()
        this.#watcher.closed(this)
        this.#inbound.push(() => events.close(closed))
      },
    }
    return new TappedEvents(events, tapped)
  }

  /** Sends a frame to the worker, as the engine does. */
  send(frame: string | Uint8Array): void {
    this.#watcher.received(this, frame)
    this.#outbound.push(() => this.#inner.send(frame), frame.length)
  }

  /** Sends the close frame to the worker, after pending frames. */
  close(code?: number, reason?: string): void {
    this.#outbound.push(() => this.#inner.close(code, reason))
  }

  /** Cuts the connection at once; pending frames are lost. */
  cut(): void {
    this.#inbound.clear()
    this.#outbound.clear()
    this.#inner.terminate()
  }

  /** Holds both directions. */
  pause(): void {
    this.#inbound.hold()
    this.#outbound.hold()
    this.#stopReading('paused')
  }

  resume(): void {
    const wasFull = this.#outbound.bytes > HIGH_WATER_BYTES
    this.#outbound.release()
    if (!this.#readStops.has('stalled')) this.#inbound.release()
    this.#readOn('paused')
    // The engine waits for this event after it saw too many buffered bytes.
    if (wasFull && this.#inner.bufferedBytes <= HIGH_WATER_BYTES) this.#events?.drained()
  }

  /** Stops reading from the worker, so that the worker receives backpressure. */
  stallReads(): void {
    this.#inbound.hold()
    this.#stopReading('stalled')
  }

  endStall(): void {
    if (!this.#readStops.has('paused')) this.#inbound.release()
    this.#readOn('stalled')
  }

  #stopReading(why: ReadStop): void {
    this.#readStops.add(why)
    this.#inner.pause()
  }

  #readOn(why: ReadStop): void {
    this.#readStops.delete(why)
    if (this.#readStops.size === 0) this.#inner.resume()
  }
}

interface Tapped {
  frame(frame: string | Uint8Array): void
  close(closed: Closed): void
}

/** Frames and the end of the connection are delivered in order; every other event passes at once. */
class TappedEvents extends ForwardedEvents {
  readonly #tapped: Tapped

  constructor(next: TransportEvents, tapped: Tapped) {
    super(next)
    this.#tapped = tapped
  }

  override text(frame: string): void {
    this.#tapped.frame(frame)
  }

  override binary(frame: Uint8Array): void {
    this.#tapped.frame(frame)
  }

  override close(closed: Closed): void {
    this.#tapped.close(closed)
  }
}
