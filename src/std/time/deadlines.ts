/**
 * Runs many deadlines on one timer. Deadlines of equal duration expire in the order they were added, so one list per
 * duration suffices: adding and removing cost O(1) and allocate no timer. The timer stays when its deadline is removed,
 * as one timer per call costs more than an occasional unnecessary wake-up. Without deadlines it does not keep the
 * process alive.
 */
import type { Clock, Timer } from './clock.js'

/** An object that can expire. It contains the list links, so a deadline needs no extra allocation. */
export interface Expiring {
  deadline: DeadlineLink | undefined
}

interface DeadlineLink {
  readonly list: DeadlineList
  readonly at: number
  previous: Expiring | undefined
  next: Expiring | undefined
}

interface DeadlineList {
  readonly durationMs: number
  head: Expiring | undefined
  tail: Expiring | undefined
}

export class Deadlines<T extends Expiring> {
  readonly #clock: Clock
  readonly #onExpired: (item: T) => void
  readonly #lists = new Map<number, DeadlineList>()
  #timer: Timer | undefined
  #timerAt = Infinity
  /** Whether there is no deadline; the timer, if there is one, is then in the background. */
  #isIdle = true

  constructor(clock: Clock, onExpired: (item: T) => void) {
    this.#clock = clock
    this.#onExpired = onExpired
  }

  /** Number of distinct durations in use. */
  get lists(): number {
    return this.#lists.size
  }

  /**
   * Starts a deadline in whole milliseconds, rounded up: timers are no finer, and this bounds the number of lists. An
   * infinite duration never expires and costs nothing.
   */
  add(item: T, exactDurationMs: number): void {
    if (exactDurationMs === Infinity) return
    const durationMs = Math.ceil(exactDurationMs)
    let list = this.#lists.get(durationMs)
    if (list === undefined) {
      list = { durationMs, head: undefined, tail: undefined }
      this.#lists.set(durationMs, list)
    }
    const at = this.#clock.now() + durationMs
    item.deadline = { list, at, previous: list.tail, next: undefined }
    if (list.tail?.deadline === undefined) list.head = item
    else list.tail.deadline.next = item
    list.tail = item
    if (at < this.#timerAt) this.#arm(at)
    else if (this.#isIdle) this.#timer?.setMode('foreground')
    this.#isIdle = false
  }

  /** Removes a deadline before it expires. */
  remove(item: T): void {
    const link = item.deadline
    if (link === undefined) return
    item.deadline = undefined
    const { list, previous, next } = link
    if (previous?.deadline === undefined) list.head = next
    else previous.deadline.next = next
    if (next?.deadline === undefined) list.tail = previous
    else next.deadline.previous = previous
    if (list.head === undefined) this.#lists.delete(list.durationMs)
    if (this.#lists.size > 0) return
    this.#isIdle = true
    this.#timer?.setMode('background')
  }

  /** Cancels the timer when there are no deadlines; a later `add` starts one again. */
  release(): void {
    if (this.#isIdle) this.#disarm()
  }

  #arm(at: number): void {
    this.#timer?.cancel()
    this.#timerAt = at
    this.#timer = this.#clock.after(at - this.#clock.now(), () => {
      this.#expire()
    })
  }

  #disarm(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#timerAt = Infinity
  }

  #expire(): void {
    this.#disarm()
    const now = this.#clock.now()
    const due: T[] = []
    for (const list of this.#lists.values()) {
      while (list.head?.deadline !== undefined && list.head.deadline.at <= now) {
        // Every member of a list was added through `add`, which accepts a T.
        const item = list.head as T
        this.remove(item)
        due.push(item)
      }
    }
    let next = Infinity
    for (const { head } of this.#lists.values()) next = Math.min(next, head?.deadline?.at ?? Infinity)
    if (next !== Infinity) this.#arm(next)
    for (const item of due) this.#onExpired(item)
  }
}
