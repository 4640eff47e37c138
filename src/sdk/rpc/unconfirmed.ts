/**
 * Messages without an answer, written to the present link: how many of them the peer is not known to have read. A
 * link is read in order, so the answer to a ping proves all that was written before it. What is unproven when the link
 * is lost may have arrived or not, and is counted. Knows no message.
 */
import type { Clock, Timer } from '../../std/time/clock.js'

/** From the first message that is outstanding to a ping for it. */
const CONFIRM_AFTER_MS = 1_000

/** For pings of its own, beside those of the keepalive. */
export interface Confirming {
  readonly clock: Clock
  /** Its `ping` resolves once the peer has read everything written so far, and rejects when the link ends first. */
  readonly link: { ping(): Promise<void> }
}

export class Unconfirmed {
  #written = 0
  #confirmed = 0
  /** Written before the ping whose answer is awaited. */
  #pinged: number | undefined
  #lost = 0
  readonly #confirming: Confirming | undefined
  #timer: Timer | undefined

  constructor(confirming?: Confirming) {
    this.#confirming = confirming
  }

  /** How many were unproven when their link was lost, since the start. */
  get lostMessages(): number {
    return this.#lost
  }

  /** One more was written. */
  note(): void {
    this.#written += 1
    if (this.#timer === undefined && this.#confirming !== undefined) this.#schedule(this.#confirming)
  }

  #schedule({ clock, link }: Confirming): void {
    this.#timer = clock.after(
      CONFIRM_AFTER_MS,
      () => {
        this.#confirm({ clock, link }).catch(() => undefined) // The link ended, which has been counted.
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

  /** A ping leaves. While one is unanswered, a further one proves nothing: answers do not say which ping they are to. */
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

  /** Leaves no timer behind. */
  over(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }
}
