/**
 * Counts messages without an answer that the peer may not have read. A connection is read in order, so the answer to a
 * ping confirms everything written before it. Unconfirmed messages count as possibly lost when the connection is lost.
 * Knows nothing of messages.
 */
import type { Clock, Timer } from '../../std/time/clock.js'

/** Delay from the first unconfirmed message to a ping for it. */
const CONFIRM_AFTER_MS = 1_000

/** For pings of its own, beside those of the keepalive. */
export interface Confirming {
  readonly clock: Clock
  /** Its `ping` resolves once the peer has read everything written so far, and rejects if the connection ends first. */
  readonly link: { ping(): Promise<void> }
}

export class Unconfirmed {
  #written = 0
  #confirmed = 0
  /** Written before the pending ping. */
  #pinged: number | undefined
  #lost = 0
  readonly #confirming: Confirming | undefined
  #timer: Timer | undefined

  constructor(confirming?: Confirming) {
    this.#confirming = confirming
  }

  /** Number of messages unconfirmed when their connection was lost, since the start. */
  get lostMessages(): number {
    return this.#lost
  }

  /** One more message was written. */
  note(): void {
    this.#written += 1
    if (this.#timer === undefined && this.#confirming !== undefined) this.#schedule(this.#confirming)
  }

  #schedule({ clock, link }: Confirming): void {
    this.#timer = clock.after(
      CONFIRM_AFTER_MS,
      () => {
        this.#confirm({ clock, link }).catch(() => undefined) // The connection ended, which has been counted.
      },
      'background',
    )
  }

  async #confirm(confirming: Confirming): Promise<void> {
    const written = this.#written
    await confirming.link.ping()
    this.#confirmed = Math.max(this.#confirmed, written)
    this.#timer = undefined
    if (this.#written > this.#confirmed) this.#schedule(confirming)
  }

  /** A ping is sent. While one is pending, a further one proves nothing: answers do not identify their ping. */
  pinged(): void {
    this.#pinged ??= this.#written
  }

  ponged(): void {
    this.#confirmed = Math.max(this.#confirmed, this.#pinged ?? 0)
    this.#pinged = undefined
  }

  lost(): void {
    this.#lost += this.#written - this.#confirmed
    this.#written = 0
    this.#confirmed = 0
    this.#pinged = undefined
    this.over()
  }

  /** Cancels all timers. */
  over(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }
}
