/**
 * Holds results that a guarded session sends for calls made on its previous connection. A client sends pending results
 * first on a new connection and then reattaches, so they wait until the reattach succeeds.
 */
import type { Counters } from '../counters.js'
import { HeldFrames } from '../links/held-frames.js'
import type { Peer } from '../links/peer.js'
import type { ResultMessage } from '../calls/result-message.js'
import type { Router } from '../calls/router.js'

export interface OwedAnswersParts {
  readonly router: Router
  readonly counters: Counters
  readonly limits: { readonly maxHeldFrames: number }
}

export class OwedAnswers {
  readonly #parts: OwedAnswersParts
  readonly #held: HeldFrames<ResultMessage>
  /** Whether the session may still reattach to an earlier one. */
  #isOpen = true

  constructor(parts: OwedAnswersParts) {
    this.#parts = parts
    this.#held = new HeldFrames(parts.limits.maxHeldFrames)
  }

  get size(): number {
    return this.#held.size
  }

  /**
   * Whether a session must not settle a call because the call was sent on another connection. An open listener allows
   * it.
   */
  isAnothers(session: Peer, { invocation_id: id }: ResultMessage): boolean {
    return session.access !== undefined && this.#parts.router.isServedByAnother(session, id)
  }

  /** Holds a result. It is dropped when the limit is exceeded or the session can no longer reattach. */
  keep(message: ResultMessage, bytes: number): void {
    if (!this.#isOpen || !this.#held.push(message, bytes)) this.#parts.counters.refusedFrames += 1
  }

  /** Settles the calls that were sent on the previous connection. */
  settleFor(previous: Peer): void {
    const { router, counters } = this.#parts
    for (const message of this.#held.takeAll()) {
      if (router.isServedByAnother(previous, message.invocation_id)) counters.refusedFrames += 1
      else router.settle(message)
    }
  }

  /** The session has registered as a new worker, or has ended. */
  close(): void {
    this.#isOpen = false
    this.#parts.counters.refusedFrames += this.#held.takeAll().length
  }
}
