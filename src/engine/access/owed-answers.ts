/**
 * Answers of a guarded session to calls that another connection was asked. A client sends what it still owes first on a
 * new connection and then reattaches to the old one, so such answers wait until the session proves to be the successor.
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
  /** Whether the session may still prove to be another's successor. */
  #isOpen = true

  constructor(parts: OwedAnswersParts) {
    this.#parts = parts
    this.#held = new HeldFrames(parts.limits.maxHeldFrames)
  }

  get size(): number {
    return this.#held.size
  }

  /** Whether a session must not settle a call, because another connection was asked. An open listener allows it. */
  isAnothers(session: Peer, { invocation_id: id }: ResultMessage): boolean {
    return session.access !== undefined && this.#parts.router.isServedByAnother(session, id)
  }

  /** Keeps an answer; one too many, or too late, is dropped. */
  keep(message: ResultMessage, bytes: number): void {
    if (!this.#isOpen || !this.#held.push(message, bytes)) this.#parts.counters.refusedFrames += 1
  }

  /** Settles the calls that the previous connection was asked. */
  settleFor(previous: Peer): void {
    const { router, counters } = this.#parts
    for (const message of this.#held.takeAll()) {
      if (router.isServedByAnother(previous, message.invocation_id)) counters.refusedFrames += 1
      else router.settle(message)
    }
  }

  /** The session has announced itself as a new worker, or has left. */
  close(): void {
    this.#isOpen = false
    this.#parts.counters.refusedFrames += this.#held.takeAll().length
  }
}
