/**
 * Closes a connection: sends final frames and the close frame, and cuts the connection when the peer does not answer in
 * time. Several requests to close share one handshake. Independent of connection states.
 */
import type { Clock, Timer } from '../../std/time/clock.js'
import { deferred, type Deferred } from '../../std/async/deferred.js'
import { CloseCode, type Transport } from '../../wire/transport/transport.js'
import { CLOSE_TIMEOUT_MS } from './options.js'

export class ClosingHandshake {
  readonly #clock: Clock
  #end: Deferred<void> | undefined
  #hasEnded = false
  #cut: Timer | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Closes a connection, once. Resolves when it has ended, or at once if there is none. */
  say(transport: Transport | undefined, lastWords?: () => Promise<void>): Promise<void> {
    if (this.#end !== undefined) return this.#end.promise
    if (transport === undefined) return Promise.resolve()
    this.#end = deferred()
    const leave = (): void => {
      // The connection may have ended while final frames were sent.
      if (this.#hasEnded) return
      this.#cut = this.#clock.after(CLOSE_TIMEOUT_MS, () => {
        transport.terminate()
      })
      transport.close(CloseCode.NORMAL)
    }
    if (lastWords === undefined) leave()
    else lastWords().then(leave, leave)
    return this.#end.promise
  }

  /** A connection has ended. Only relevant once the handshake has begun, as no other connection follows then. */
  linkEnded(): void {
    if (this.#end === undefined) return
    this.#hasEnded = true
    this.#cut?.cancel()
    this.#end.resolve()
  }
}
