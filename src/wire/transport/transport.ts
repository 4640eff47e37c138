/**
 * What moves frames, whatever is underneath.
 *
 * Failure semantics, which every implementation keeps:
 * - `open` comes at most once, `close` exactly once, and nothing comes after `close`;
 * - `send` never throws and never blocks: a frame that cannot be delivered is reported by `close` and by nothing else;
 *   frames leave in the order they were sent;
 * - a sent frame may be lost without notice when the link ends. Only an answer from the peer proves delivery.
 */

/** How a transport ended. */
export interface Closed {
  /** Close code; 1006 when there was no close frame. */
  readonly code: number
  /** Reason of the close frame; empty when it gave none. */
  readonly reason: string
  /** HTTP status of a refused handshake. */
  readonly status?: number
  /** The underlying error, when there was one. */
  readonly cause?: unknown
}

/** Receives what happens on a transport. */
export interface TransportEvents {
  /** The link is up; frames sent inside this call are the first on the wire. */
  open(): void
  /** A text frame. */
  text(frame: string): void
  /** A binary frame. */
  binary(frame: Uint8Array): void
  /** Something arrived: a frame, a ping or a pong. */
  activity(): void
  /** A pong arrived, after its `activity`: the peer has read everything sent before a ping. */
  pong?(): void
  /** The send buffer is empty again after it had passed the high-water mark. */
  drained(): void
  /**
   * Handling the latest frame threw. The link stays; the listener reports it, and answers where somebody waits. Only a listener
   * that cannot throw on a frame may leave it out: it would throw out of the socket's event.
   */
  frameFailed?(error: unknown): void
  /** The link ended. */
  close(closed: Closed): void
}

/**
 * Hands a frame over. The only way frames reach a listener: whatever one holds, handling it cannot throw out of the
 * event of its socket, which would end the process.
 */
export function handFrame(events: TransportEvents, frame: string | Uint8Array): void {
  try {
    if (typeof frame === 'string') events.text(frame)
    else events.binary(frame)
  } catch (error) {
    failFrame(events, error)
  }
}

/** Passes the failure of a frame on to its listener. */
export function failFrame(events: TransportEvents, error: unknown): void {
  if (events.frameFailed === undefined) throw error
  events.frameFailed(error)
}

/** The text of a frame. Binary frames of the protocol hold UTF-8. */
export function frameText(frame: string | Uint8Array): string {
  if (typeof frame === 'string') return frame
  return Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString('utf8')
}

/** A connection that moves frames. */
export interface Transport {
  /** Bytes accepted by `send` that have not reached the operating system. */
  readonly bufferedBytes: number
  /** Whether frames still go out. False before the link is up, and from the first sign of its end on. */
  readonly isOpen: boolean
  /** Headers of the peer's handshake response, names in lower case; on the dialling end, once the link is up. */
  readonly peerHeaders?: Readonly<Record<string, unknown>> | undefined
  /** Sends a frame after all earlier ones; never throws and never blocks. */
  send(frame: string | Uint8Array): void
  /** Calls back once everything sent so far has been handed to the operating system; never after the link ended. */
  flushed(callback: () => void): void
  /** Asks the peer for a sign of life; the answer is an `activity`. */
  ping(): void
  /**
   * From now on acknowledges what arrives, as long as `isMoreExpected`: a turn that brought frames and sent none ends with
   * an unsolicited pong (RFC 6455 §5.5.3), since a peer may hold small writes back until then. Absent where no system is
   * in between.
   */
  acknowledgeWhile?(isMoreExpected: () => boolean): void
  /**
   * Stops reading, so that the peer feels back-pressure. No frame is handed over from here to `resume`, even if it has
   * been read already; only a link that ends hands over what came before its end.
   */
  pause(): void
  /** Reads on after `pause`. */
  resume(): void
  /** Says goodbye after everything sent so far; without a code the close frame is empty. */
  close(code?: number, reason?: string): void
  /** Cuts the link at once; unsent frames are lost. */
  terminate(): void
}

/** `send` buffer above which a sender should wait for `drained`. */
export const HIGH_WATER_BYTES = 8 * 1024 * 1024

/** Options of an outgoing connection. */
export interface DialOptions {
  /** Handshake headers; asked for after the current turn, so that headers set right after dialling still count. */
  readonly headers: () => Readonly<Record<string, string>>
  /** Send buffer above which `drained` will follow. Default 8 MiB. */
  readonly highWaterBytes?: number
  /** How long the peer may take to answer a close frame before the socket is cut. Default 30 s. */
  readonly closeTimeoutMs?: number
}

/** Opens a transport to a URL. */
export type Dial = (url: string, options: DialOptions, events: TransportEvents) => Transport

/**
 * Passes every event on to a listener, which may be set later. What stands between a transport and its listener extends this,
 * so that no event is dropped on the way.
 */
export class ForwardedEvents implements TransportEvents {
  protected next: TransportEvents | undefined

  constructor(next?: TransportEvents) {
    this.next = next
  }

  /** From now on events go to this listener. */
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

/**
 * WebSocket close codes (RFC 6455 §7.4.1) that this package sends or reads.
 */
export const CloseCode = {
  NORMAL: 1000,
  /** Never on the wire: the peer's close frame had no code. The engine always closes like this. */
  NO_STATUS: 1005,
  /** Never on the wire: the connection ended without a close frame. */
  ABNORMAL: 1006,
  POLICY_VIOLATION: 1008,
  MESSAGE_TOO_BIG: 1009,
  TRY_AGAIN_LATER: 1013,
} as const
