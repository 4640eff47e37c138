/**
 * The interface for sending and receiving frames over any kind of connection.
 *
 * Failure semantics of every implementation:
 * - `open` is emitted at most once, `close` exactly once, and nothing after `close`;
 * - `send` never throws and never blocks: a frame that cannot be delivered is reported only by `close`; frames are sent
 *   in order;
 * - a sent frame may be lost without notice when the connection ends. Only an answer of the peer proves delivery.
 */

import { utf8Text } from '../../std/text/utf8.js'

/** Cause of the end of a transport. */
export interface Closed {
  /** Close code; 1006 if there was no close frame. */
  readonly code: number
  /** Reason of the close frame; empty when it gave none. */
  readonly reason: string
  /** HTTP status of a refused handshake. */
  readonly status?: number
  /** The underlying error, if any. */
  readonly cause?: unknown
  /** Of a failed dial: what the error means and what to do, where the platform tells. */
  readonly problem?: string
}

/** Receives the events of a transport. */
export interface TransportEvents {
  /** The connection is open; frames sent inside this call are the first on the wire. */
  open(): void
  /** A text frame. */
  text(frame: string): void
  /** A binary frame. */
  binary(frame: Uint8Array): void
  /** A frame, a ping or a pong has arrived. */
  activity(): void
  /** A pong arrived, after its `activity`: the peer has read everything sent before a ping. */
  pong?(): void
  /** The send buffer is empty again after it had exceeded the high-water mark. */
  drained(): void
  /**
   * Handling the latest frame threw. The connection stays open. The listener reports the error, and answers a waiting
   * caller. Only a listener that cannot throw may leave it out; otherwise the error would be thrown in the event of the
   * socket.
   */
  frameFailed?(error: unknown): void
  /** The connection ended. */
  close(closed: Closed): void
}

/**
 * Passes a frame to a listener. All frames are delivered through it, so that an error in a handler never escapes into
 * the event of the socket, which would end the process.
 */
export function handFrame(events: TransportEvents, frame: string | Uint8Array): void {
  try {
    if (typeof frame === 'string') events.text(frame)
    else events.binary(frame)
  } catch (error) {
    failFrame(events, error)
  }
}

/** Passes the error of a frame to its listener. */
function failFrame(events: TransportEvents, error: unknown): void {
  if (events.frameFailed === undefined) throw error
  events.frameFailed(error)
}

/** The text of a frame. Binary protocol frames contain UTF-8. */
export function frameText(frame: string | Uint8Array): string {
  return typeof frame === 'string' ? frame : utf8Text(frame)
}

/** A connection that moves frames. */
export interface Transport {
  /** Bytes accepted by `send` that have not reached the operating system. */
  readonly bufferedBytes: number
  /** Whether frames can still be sent. False before the connection is open, and from the first sign of its end. */
  readonly isOpen: boolean
  /**
   * Headers of the handshake response of the peer, names in lower case; on the dialling end, once the connection is
   * open.
   */
  readonly peerHeaders?: Readonly<Record<string, unknown>> | undefined
  /** Sends a frame after all earlier ones; never throws and never blocks. */
  send(frame: string | Uint8Array): void
  /**
   * Calls back once everything sent so far has been passed to the operating system; never after the connection ended.
   */
  flushed(callback: () => void): void
  /** Sends a ping; the answer is an `activity`. */
  ping(): void
  /**
   * From now on acknowledges inbound frames while `isMoreExpected` is true: a tick that received frames and sent none
   * ends with an unsolicited pong (RFC 6455 §5.5.3), since a peer may delay small writes until then. Absent if there is
   * no operating system in between.
   */
  acknowledgeWhile?(isMoreExpected: () => boolean): void
  /**
   * Stops reading, so that the peer receives backpressure. No frame is delivered until `resume`, even if it has been
   * read already. Only when the connection ends, earlier frames are delivered.
   */
  pause(): void
  /** Reads on after `pause`. */
  resume(): void
  /** Sends a close frame after everything sent so far; without a code the close frame is empty. */
  close(code?: number, reason?: string): void
  /** Cuts the connection at once; unsent frames are lost. */
  terminate(): void
}

/** Size of the `send` buffer above which a sender should wait for `drained`. */
export const HIGH_WATER_BYTES = 8 * 1024 * 1024

/** Headers of a handshake. */
export type HandshakeHeaders = Readonly<Record<string, string>>

/** Options of an outgoing connection. */
export interface DialOptions {
  /**
   * Handshake headers; read after the current tick, so that headers set right after dialling still apply. A promise that
   * rejects ends the dial.
   */
  readonly headers: () => HandshakeHeaders | Promise<HandshakeHeaders>
  /** Size of the send buffer above which `drained` will follow. Default 8 MiB. */
  readonly highWaterBytes?: number
  /** Time limit for the peer to answer a close frame before the socket is cut. Default 30 s. */
  readonly closeTimeoutMs?: number
}

/** Passes handshake headers on: in this tick if they are known, else when they are. */
export function passHeaders(
  { headers }: DialOptions,
  pass: (headers: HandshakeHeaders) => void,
  fail: (error: unknown) => void,
): void {
  try {
    const given = headers()
    if (given instanceof Promise) given.then(pass).catch(fail)
    else pass(given)
  } catch (error) {
    fail(error)
  }
}

/** Opens a transport to a URL. */
export type Dial = (url: string, options: DialOptions, events: TransportEvents) => Transport

/**
 * Passes every event on to a listener, which may be set later. Code between a transport and its listener extends this
 * class, so that it forwards all events.
 */
export class ForwardedEvents implements TransportEvents {
  protected next: TransportEvents | undefined

  constructor(next?: TransportEvents) {
    this.next = next
  }

  /** Sets the listener of all further events. */
  forwardTo(next: TransportEvents): void {
    this.next = next
  }

  open(): void {
    this.next?.open()
  }

  text(frame: string): void {
    this.next?.text(frame)
  }

  binary(frame: Uint8Array): void {
    this.next?.binary(frame)
  }

  activity(): void {
    this.next?.activity()
  }

  pong(): void {
    this.next?.pong?.()
  }

  drained(): void {
    this.next?.drained()
  }

  frameFailed(error: unknown): void {
    if (this.next !== undefined) failFrame(this.next, error)
  }

  close(closed: Closed): void {
    this.next?.close(closed)
  }
}

export const IGNORE_EVENTS: TransportEvents = {
  open: () => undefined,
  text: () => undefined,
  binary: () => undefined,
  activity: () => undefined,
  drained: () => undefined,
  close: () => undefined,
}

/** WebSocket close codes (RFC 6455 §7.4.1) that this package sends or reads. */
export const CloseCode = {
  NORMAL: 1000,
  /** Never on the wire: the close frame of the peer had no code. The engine always closes like this. */
  NO_STATUS: 1005,
  /** Never on the wire: the connection ended without a close frame. */
  ABNORMAL: 1006,
  POLICY_VIOLATION: 1008,
  MESSAGE_TOO_BIG: 1009,
  TRY_AGAIN_LATER: 1013,
} as const
