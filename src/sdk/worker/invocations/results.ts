/**
 * Sends the results of invocations to the engine. A result belongs to the link that delivered its call. If the link
 * ends first, the result is sent on the next link before anything else, before the worker asks the engine to retire the
 * old link. After that it is dropped and counted.
 */
import { BoundedQueue, type QueueCaps } from '../../../std/async/bounded-queue.js'
import type { Clock } from '../../../std/time/clock.js'
import { utf8Length } from '../../../std/text/utf8.js'
import { deferred, type Deferred } from '../../../std/async/deferred.js'
import type { Connection } from '../../connection/connection.js'
import type { FrameSender } from '../../connection/outbox.js'
import type { Unconfirmed } from '../../rpc/unconfirmed.js'
import type { Report } from '../diagnostics/diagnostics.js'
import type { Link, LinkPart } from '../link.js'

/** The parts of a worker that answering stands on. */
export interface ResultParts {
  readonly clock: Clock
  readonly link: Pick<Link, 'number' | 'state'> & { readonly connection: Pick<Connection, 'post' | 'withdraw'> }
  /** Results written to the present link. */
  readonly unconfirmedResults: Pick<Unconfirmed, 'note'>
  readonly report: Report
}

export class Results implements LinkPart {
  readonly #parts: ResultParts
  /** Finished while the link was down. */
  readonly #finished: BoundedQueue<string>
  /** Waiting for room on the present link. */
  readonly #waiting = new Set<QueuedResult>()
  #allWritten: Deferred<void> | undefined
  #dropped = 0

  constructor(parts: ResultParts, caps: QueueCaps) {
    this.#parts = parts
    this.#finished = new BoundedQueue(caps)
  }

  get dropped(): number {
    return this.#dropped
  }

  /**
   * Sends the result of a call that came on link `link`. False when the link is up and its queue is full: the caller
   * still waits and needs a shorter result. `onExpired` runs when a queued result waited too long.
   */
  send(frame: string, link: number, onExpired?: () => void): boolean {
    const now = this.#parts.link
    const { state } = now
    if (state === 'open' && now.number === link) return this.#post(frame, onExpired)
    if (now.number !== link) {
      this.drop('an answer came after its connection had been replaced; its caller already has an error')
    } else if (state === 'over') {
      this.drop('an answer came after the client had ended; its caller already has an error')
    } else {
      this.#keep(frame)
    }
    return true
  }

  /** The link ended: what it did not take waits for the next. */
  lost(): void {
    for (const answer of this.#waiting) {
      this.#parts.link.connection.withdraw(answer)
      this.#keep(answer.frame)
    }
    this.#waiting.clear()
    this.#settle()
  }

  /** Hands over what was finished while the link was down. */
  opened(send: (frame: string) => void): void {
    for (const frame of this.#finished.drain()) {
      send(frame)
      this.#parts.unconfirmedResults.note()
    }
  }

  /** Resolves once no answer waits for room on the present link. */
  written(): Promise<void> {
    if (this.#waiting.size === 0) return Promise.resolve()
    this.#allWritten ??= deferred()
    return this.#allWritten.promise
  }

  /** Drops what waits for a link that will not come. */
  over(): void {
    for (const _frame of this.#finished.drain()) this.drop('the client ended before an answer could be sent')
  }

  /** Counts an answer that will not be sent. */
  drop(reason: string): void {
    this.#dropped += 1
    this.#parts.report({ kind: 'frame_dropped', reason })
  }

  /** An answer was handed to the link. */
  noteWritten(answer: QueuedResult): void {
    this.#parts.unconfirmedResults.note()
    this.forget(answer)
  }

  /** An answer waits no longer. */
  forget(answer: QueuedResult): void {
    if (this.#waiting.delete(answer)) this.#settle()
  }

  #post(frame: string, onExpired: (() => void) | undefined): boolean {
    const answer = new QueuedResult(this, frame, onExpired)
    const posted = this.#parts.link.connection.post(frame, answer)
    if (posted === 'queued') this.#waiting.add(answer)
    else if (posted !== 'written') this.drop('too much waits to be sent; the caller gets an error')
    return typeof posted === 'string'
  }

  #keep(frame: string): void {
    const full = this.#finished.push(frame, utf8Length(frame), this.#parts.clock.now())
    if (full !== undefined) this.drop('too many answers wait for a connection')
  }

  #settle(): void {
    if (this.#waiting.size > 0) return
    this.#allWritten?.resolve()
    this.#allWritten = undefined
  }
}

/** One answer handed to the connection. */
class QueuedResult implements FrameSender {
  readonly #results: Results
  readonly frame: string
  readonly #onExpired: (() => void) | undefined

  constructor(results: Results, frame: string, onExpired: (() => void) | undefined) {
    this.#results = results
    this.frame = frame
    this.#onExpired = onExpired
  }

  written(): void {
    this.#results.noteWritten(this)
  }

  expired(): void {
    this.#results.forget(this)
    this.#results.drop('an answer waited too long for the connection')
    this.#onExpired?.()
  }

  discarded(): void {
    this.#results.forget(this)
    this.#results.drop('the client ended before an answer could be sent')
  }
}
