/**
 * How a connection leaves: last words, the goodbye, and a cut when the peer does not answer it in time. Knows no states;
 * whoever asks to leave, and how often, waits for the same end.
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

  /** Leaves a link, once; resolves when it has ended, at once without one. */
  say(transport: Transport | undefined, lastWords?: () => Promise<void>): Promise<void> {
    if (this.#end !== undefined) return this.#end.promise
    if (transport === undefined) return Promise.resolve()
    this.#end = deferred()
    const leave = (): void => {
      // The link may have ended during the last words.
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

  /** A link ended; it matters once the goodbye was begun, since no other follows then. */
  linkEnded(): void {
    if (this.#end === undefined) return
    this.#hasEnded = true
    this.#cut?.cancel()
    this.#end.resolve()
  }
}
