/**
 * Messages that nobody answers, written to the present link: how many of them the peer is not known to have read. A
 * link is read in order, so the answer to a ping proves all that was written before it. What is unproven when the link
 * is lost may have arrived or not, and is counted. Knows no message.
 */
export class Unconfirmed {
  #written = 0
  #confirmed = 0
  /** Written before the ping whose answer is awaited. */
  #pinged: number | undefined
  #lost = 0

  /** How many were unproven when their link was lost, since the start. */
  get lost(): number {
    return this.#lost
  }

  /** One more was written. */
  note(): void {
    this.#written += 1
  }

  /** A ping leaves. While one is unanswered, a further one proves nothing: answers do not say which ping they are to. */
  pinged(): void {
    this.#pinged ??= this.#written
  }

  ponged(): void {
    this.#confirmed = this.#pinged ?? this.#confirmed
    this.#pinged = undefined
  }

  linkLost(): void {
    this.#lost += this.#written - this.#confirmed
    this.#written = 0
    this.#confirmed = 0
    this.#pinged = undefined
  }
}
