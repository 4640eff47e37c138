/**
 * Waits until the engine has taken everything in that was sent before. On one link frames are read in order, so the
 * answer to a ping proves it; the announcement runs as a task of its own and is confirmed by its own answer.
 */
import { ErrorCode, NotConnectedError } from '../../../errors.js'
import { workerCodec } from '../../../wire/protocol/codec.js'
import { deferred, type Deferred } from '../../../std/async/deferred.js'

/** What a barrier needs from its worker. */
export interface BarrierPorts {
  /** Writes a frame; false when the link is down. */
  readonly send: (frame: string) => boolean
  /** Announces the worker once more, this time waiting for the answer. */
  readonly announce: () => Promise<unknown>
}

export class Barrier {
  readonly #ports: BarrierPorts
  #pongs: Deferred<void>[] = []
  #announced: Promise<unknown> | undefined
  #isConfirmed = false

  constructor(ports: BarrierPorts) {
    this.#ports = ports
  }

  /** Whether the engine has confirmed the announcement on this link. */
  get isConfirmed(): boolean {
    return this.#isConfirmed
  }

  /**
   * Resolves once registrations sent so far are in effect.
   * @throws {NotConnectedError} `CONNECTION_LOST` when the link ends first.
   */
  async pass(): Promise<void> {
    await (this.#announced ??= this.#announce())
    this.#isConfirmed = true
    await this.ping()
  }

  /**
   * Resolves once the engine has read everything written so far.
   * @throws {NotConnectedError} `CONNECTION_LOST` when the link ends first.
   */
  ping(): Promise<void> {
    const pong = deferred<void>()
    if (this.#ports.send(PING)) this.#pongs.push(pong)
    else pong.reject(lost())
    return pong.promise
  }

  #announce(): Promise<unknown> {
    const announced = this.#ports.announce().catch((error: unknown) => {
      // Whoever waits next asks again.
      if (this.#announced === announced) this.#announced = undefined
      throw error
    })
    return announced
  }

  /** The engine answered a ping. */
  pong(): void {
    this.#pongs.shift()?.resolve()
  }

  /** The link ended: whoever waits has to begin again on the next one. */
  linkLost(): void {
    this.#announced = undefined
    this.#isConfirmed = false
    for (const pong of this.#pongs.splice(0)) pong.reject(lost())
  }
}

const PING = workerCodec.encode({ type: 'ping' })

function lost(): NotConnectedError {
  const text = 'The connection was lost before the engine confirmed the registrations'
  return new NotConnectedError(ErrorCode.CONNECTION_LOST, text, { outcome: 'unknown' })
}
