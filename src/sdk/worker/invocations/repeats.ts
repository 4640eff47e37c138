/**
 * Sends small, fast results a second time. An engine that records a call only after it has sent it drops a result that
 * comes first, and the caller waits for its time limit. By the second time the call is recorded; where the first was in
 * time, the engine ignores the second. A repeat belongs to the link of its result and ends with it.
 */
import type { Clock, Timer } from '../../../std/time/clock.js'
import { deferred, type Deferred } from '../../../std/async/deferred.js'
import type { Link, LinkPart } from '../link.js'

/** From a result to its repeat, at least; at most twice as long. */
const REPEAT_AFTER_MS = 5

/** A result later than this after its call comes too late to overtake the record. */
const FAST_MS = 10

/** UTF-16 units of the largest result that is repeated: larger ones take longer to arrive than the record. */
const MAX_FRAME_CHARACTERS = 16 * 1024

/** UTF-16 units that wait to be repeated. Beyond: not repeated. */
const MAX_WAITING_CHARACTERS = 4 * 1024 * 1024

export class Repeats implements LinkPart {
  readonly #link: Link
  readonly #clock: Clock
  /** Whether the engine on this link needs them. */
  #isOn = false
  #fresh: string[] = []
  /** As old as the present timer, at least. */
  #aged: string[] = []
  #characters = 0
  #timer: Timer | undefined
  #allSent: Deferred<void> | undefined
  #sent = 0
  #skipped = 0

  constructor(link: Link, clock: Clock) {
    this.#link = link
    this.#clock = clock
  }

  /** Results sent a second time. */
  get sent(): number {
    return this.#sent
  }

  /** Results that should have been, had there been room. */
  get skipped(): number {
    return this.#skipped
  }

  opened(): void {
    this.#isOn = this.#link.needs?.repeatAnswers === true
  }

  over(): void {
    this.lost()
  }

  lost(): void {
    this.#isOn = false
    this.#timer?.cancel()
    this.#fresh = []
    this.#aged = []
    this.#settle()
  }

  /** When a call came, as `note` wants to know it. */
  now(): number {
    return this.#isOn ? this.#clock.now() : 0
  }

  /** Notes a result that was written on the present link; its call came at `calledAt`. */
  note(frame: string, calledAt: number): void {
    if (!this.#isOn || frame.length > MAX_FRAME_CHARACTERS) return
    if (this.#clock.now() - calledAt > FAST_MS) return
    if (this.#characters + frame.length > MAX_WAITING_CHARACTERS) {
      this.#skipped += 1
      return
    }
    this.#characters += frame.length
    this.#fresh.push(frame)
    this.#timer ??= this.#clock.after(REPEAT_AFTER_MS, this.#tick, 'background')
  }

  /** Resolves once nothing waits to be repeated. */
  written(): Promise<void> {
    if (this.#timer === undefined) return Promise.resolve()
    this.#allSent ??= deferred()
    return this.#allSent.promise
  }

  /** One timer for all: results noted since the last one wait for the next. */
  readonly #tick = (): void => {
    const due = this.#aged
    this.#aged = this.#fresh
    this.#fresh = []
    for (const frame of due) {
      this.#characters -= frame.length
      if (this.#link.connection.offer(frame)) this.#sent += 1
      else this.#skipped += 1
    }
    if (this.#aged.length === 0) this.#settle()
    else this.#timer = this.#clock.after(REPEAT_AFTER_MS, this.#tick, 'background')
  }

  #settle(): void {
    this.#timer = undefined
    this.#characters = 0
    this.#allSent?.resolve()
    this.#allSent = undefined
  }
}
