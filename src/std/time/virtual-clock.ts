/**
 * A clock that advances only on request. Timers fire in order of their time, and between two timers all promises they
 * settled run to completion. So an hour of retries takes a millisecond and always runs the same way.
 */
import type { LoopClock, Timer, TimerMode } from './clock.js'

interface Pending {
  readonly at: number
  readonly order: number
  readonly callback: () => void
  mode: TimerMode
}

export class VirtualClock implements LoopClock {
  readonly #pending = new Set<Pending>()
  readonly isSteady: boolean
  #epochOffsetMs: number
  #now = 0
  #order = 0

  /**
   * @param startEpochMs wall-clock time at the start; default 2026-01-01T00:00:00Z.
   * @param options `isSteady: false` allows `setWallClock`; detecting its changes costs a timer per second.
   */
  constructor(startEpochMs = Date.UTC(2026, 0, 1), { isSteady = true }: { readonly isSteady?: boolean } = {}) {
    this.#epochOffsetMs = startEpochMs
    this.isSteady = isSteady
  }

  /** Timers that have not fired. */
  get pendingTimers(): number {
    return this.#pending.size
  }

  /** Pending timers that would keep a process alive. */
  get foregroundTimers(): number {
    return [...this.#pending].filter(({ mode }) => mode === 'foreground').length
  }

  now(): number {
    return this.#now
  }

  epochMs(): number {
    return this.#epochOffsetMs + this.#now
  }

  /** Sets the wall clock forward, or back if negative, as an administrator or a time daemon does. */
  setWallClock(byMs: number): void {
    if (this.isSteady) throw new Error('The clock was made steady')
    this.#epochOffsetMs += byMs
  }

  after(delayMs: number, callback: () => void, mode: TimerMode = 'foreground'): Timer {
    const timer: Pending = { at: this.#now + Math.max(0, delayMs), order: this.#order++, callback, mode }
    this.#pending.add(timer)
    return {
      cancel: () => {
        this.#pending.delete(timer)
      },
      setMode: (changed) => {
        timer.mode = changed
      },
    }
  }

  /** Ticks take no time here: the next one begins after the pending microtasks. */
  nextTurn(callback: () => void): void {
    queueMicrotask(callback)
  }

  /** Advances time by `durationMs`, and fires every due timer, in order. */
  async advance(durationMs: number): Promise<void> {
    const end = this.#now + durationMs
    await settle()
    for (let next = this.#nextUntil(end); next !== undefined; next = this.#nextUntil(end)) {
      this.#pending.delete(next)
      this.#now = next.at
      next.callback()
      await settle()
    }
    this.#now = end
  }

  #nextUntil(end: number): Pending | undefined {
    let first: Pending | undefined
    for (const timer of this.#pending) {
      if (timer.at > end) continue
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) {
        first = timer
      }
    }
    return first
  }
}

/** Lets promise chains run: a macrotask comes after all pending microtasks. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
