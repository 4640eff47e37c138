/**
 * Detects dead connections: pings at an interval and reports silence. The idle limit runs from the last inbound frame.
 * If this process was blocked or suspended, that does not count as silence: the peer gets one more ping to answer.
 */
import type { Clock, Timer } from '../../std/time/clock.js'
import { IDLE_LIMIT_MS, PING_INTERVAL_MS } from './options.js'

/** A timer this late means that this process was not running, so it could neither ping nor read meanwhile. */
const LATE_MS = 1_000

/** Time limit for the answer to that ping. */
const SECOND_CHANCE_MS = 5_000

export class Keepalive {
  readonly #clock: Clock
  readonly #ping: () => void
  readonly #onSilence: () => void
  #lastActivityAt: number
  /** Whether this process was detected as not running since the last activity. */
  #wasBlocked = false
  #pingDueAt = 0
  #pingTimer: Timer | undefined
  #checkTimer: Timer | undefined

  /** Starts at once; `onSilence` is called at most once. */
  constructor(clock: Clock, ping: () => void, onSilence: () => void) {
    this.#clock = clock
    this.#ping = ping
    this.#onSilence = onSilence
    this.#lastActivityAt = clock.now()
    this.#schedulePing()
    this.#scheduleCheck(IDLE_LIMIT_MS)
  }

  /** Records an inbound frame. */
  activity(): void {
    this.#lastActivityAt = this.#clock.now()
    this.#wasBlocked = false
  }

  stop(): void {
    this.#pingTimer?.cancel()
    this.#checkTimer?.cancel()
  }

  #schedulePing(): void {
    this.#pingDueAt = this.#clock.now() + PING_INTERVAL_MS
    this.#pingTimer = this.#clock.after(
      PING_INTERVAL_MS,
      () => {
        this.#noteLate(this.#pingDueAt)
        this.#ping()
        this.#schedulePing()
      },
      'background',
    )
  }

  #scheduleCheck(delayMs: number): void {
    const dueAt = this.#clock.now() + delayMs
    this.#checkTimer = this.#clock.after(
      delayMs,
      () => {
        this.#noteLate(dueAt)
        // After a block the timers run in no fixed order, so the ping may be overdue without having run.
        this.#noteLate(this.#pingDueAt)
        this.#check()
      },
      'background',
    )
  }

  #noteLate(dueAt: number): void {
    if (this.#clock.now() - dueAt > LATE_MS) this.#wasBlocked = true
  }

  #check(): void {
    const idleMs = this.#clock.now() - this.#lastActivityAt
    if (idleMs < IDLE_LIMIT_MS) {
      this.#scheduleCheck(IDLE_LIMIT_MS - idleMs)
    } else if (this.#wasBlocked) {
      this.#wasBlocked = false
      this.#ping()
      this.#scheduleCheck(SECOND_CHANCE_MS)
    } else {
      this.stop()
      this.#onSilence()
    }
  }
}
