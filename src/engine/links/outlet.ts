/**
 * The engine's way out to one worker: encodes, counts, and bounds what waits to be read. A worker that does not read is
 * not read from either, so it cannot ask for more answers; if its backlog still doubles the cap, the link is cut.
 */
import { ErrorCode, SerdeError, type ErrorBody } from '../../errors.js'
import { engineCodec } from '../../wire/protocol/codec.js'
import type { EngineMessage } from '../../wire/protocol/messages.js'
import type { Log } from '../../std/log.js'
import type { LargeMessage, LargeMessages } from '../../wire/transport/large-messages.js'
import { HIGH_WATER_BYTES, type Transport } from '../../wire/transport/transport.js'
import type { Counters } from '../counters.js'
import type { Inlet } from './inlet.js'
import type { EngineLimits } from '../limits.js'

export interface OutletParts {
  readonly counters: Counters
  readonly limits: EngineLimits
  readonly log: Log
  readonly unread: LargeMessages
}

/** Why its worker is not read: it does not read itself. */
const HOLD = 'unread'

export class Outlet {
  readonly #parts: OutletParts
  readonly #transport: Transport
  readonly #inlet: Pick<Inlet, 'hold' | 'release'>
  /** Its share of what waits for all clients. */
  readonly #unread: LargeMessage
  #paused = false

  constructor(parts: OutletParts, transport: Transport, inlet: Pick<Inlet, 'hold' | 'release'>) {
    this.#parts = parts
    this.#transport = transport
    this.#inlet = inlet
    this.#unread = parts.unread.of({ cut: () => transport.terminate() })
  }

  /** Whether more waits to be read than a worker may let wait. */
  get congested(): boolean {
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

  /** Sends a message, or says why its values cannot be written. */
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

  /** Sends a frame that is written already. */
  forward(frame: string): void {
    this.#parts.counters.framesOut += 1
    this.#transport.send(frame)
    const { bufferedBytes } = this.#transport
    // `drained` follows from there on.
    if (bufferedBytes > HIGH_WATER_BYTES) this.#unread.set(bufferedBytes)
    if (bufferedBytes > this.#parts.limits.maxPeerBytes) this.#holdBack()
  }

  /** The backlog is gone: reads on. */
  drained(): void {
    this.#unread.set(0)
    if (!this.#paused) return
    this.#paused = false
    this.#inlet.release(HOLD)
  }

  /** The worker has left. */
  left(): void {
    this.#unread.set(0)
  }

  #holdBack(): void {
    const bufferedBytes = this.#transport.bufferedBytes
    if (bufferedBytes > 2 * this.#parts.limits.maxPeerBytes) {
      this.#parts.log.error({ bufferedBytes }, 'A worker does not read and too much waits for it; it is cut off')
      this.#parts.counters.cutOff.unread += 1
      this.#transport.terminate()
    } else if (!this.#paused) {
      this.#paused = true
      this.#inlet.hold(HOLD)
    }
  }
}
