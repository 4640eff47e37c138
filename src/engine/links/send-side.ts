/**
 * The send side of one worker: encodes messages, counts them, and bounds the bytes that wait to be read. While a worker
 * does not read, it is not read from either, so it cannot request more answers. When its backlog reaches twice the
 * limit, the connection is cut.
 */
import { ErrorCode, SerdeError, type ErrorBody } from '../../errors.js'
import { engineCodec } from '../../wire/protocol/engine-codec.js'
import type { EngineMessage } from '../../wire/protocol/messages.js'
import type { Log } from '../../std/log.js'
import type { ByteShare, SharedBytes } from '../../wire/transport/shared-bytes.js'
import { HIGH_WATER_BYTES, type Transport } from '../../wire/transport/transport.js'
import type { Counters } from '../counters.js'
import type { ReceiveSide } from './receive-side.js'
import type { EngineLimits } from '../limits.js'

export interface SendSideParts {
  readonly counters: Counters
  readonly limits: EngineLimits
  readonly log: Log
  readonly unread: SharedBytes
}

/** The reason for not reading its worker: the worker itself does not read. */
const HOLD = 'unread'

export class SendSide {
  readonly #parts: SendSideParts
  readonly #transport: Transport
  readonly #receiveSide: Pick<ReceiveSide, 'hold' | 'release'>
  /** Its share of what waits for all clients. */
  readonly #unread: ByteShare
  #paused = false

  constructor(parts: SendSideParts, transport: Transport, receiveSide: Pick<ReceiveSide, 'hold' | 'release'>) {
    this.#parts = parts
    this.#transport = transport
    this.#receiveSide = receiveSide
    this.#unread = parts.unread.of({ cut: () => transport.terminate() })
  }

  /** Whether more bytes wait to be read than the limit allows. */
  get isFull(): boolean {
    return this.#transport.bufferedBytes > this.#parts.limits.maxPeerBytes
  }

  /** Bytes that wait to be read. */
  get unreadBytes(): number {
    return this.#transport.bufferedBytes
  }

  /** Whether its worker is not read from until it reads. */
  get isPaused(): boolean {
    return this.#paused
  }

  /** Sends a message; returns an error if its values cannot be serialised. */
  send(message: EngineMessage): ErrorBody | undefined {
    let frame: string
    try {
      frame = engineCodec.encode(message)
    } catch (error) {
      if (!(error instanceof SerdeError)) throw error
      if (error.code === ErrorCode.MESSAGE_TOO_LARGE) this.#parts.counters.refused.oversizedMessages += 1
      return { code: error.code, message: error.message }
    }
    this.forward(frame)
    return undefined
  }

  /** Sends a serialised frame. */
  forward(frame: string): void {
    this.#parts.counters.framesOut += 1
    this.#transport.send(frame)
    const { bufferedBytes } = this.#transport
    // `drained` follows from there on.
    if (bufferedBytes > HIGH_WATER_BYTES) this.#unread.set(bufferedBytes)
    if (bufferedBytes > this.#parts.limits.maxPeerBytes) this.#holdBack()
  }

  /** The backlog is gone: resumes reading. */
  drained(): void {
    this.#unread.set(0)
    if (!this.#paused) return
    this.#paused = false
    this.#receiveSide.release(HOLD)
  }

  /** The worker has left. */
  left(): void {
    this.#unread.set(0)
  }

  #holdBack(): void {
    const bufferedBytes = this.#transport.bufferedBytes
    if (bufferedBytes > 2 * this.#parts.limits.maxPeerBytes) {
      this.#parts.log.error(
        { bufferedBytes },
        'A worker does not read and its backlog exceeds the limit; its connection is cut',
      )
      this.#parts.counters.cutOff.unread += 1
      this.#transport.terminate()
    } else if (!this.#paused) {
      this.#paused = true
      this.#receiveSide.hold(HOLD)
    }
  }
}
