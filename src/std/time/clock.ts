/**
 * The interface to time. All code that waits uses a `Clock`, so that tests can advance time manually and never sleep.
 * `now` never runs backwards.
 */

/** Whether a timer keeps the process alive (`foreground`). */
export type TimerMode = 'foreground' | 'background'

/** A pending timer. */
export interface Timer {
  /** Cancels the timer; does nothing once it has fired. */
  cancel(): void
  /** Sets whether the timer keeps the process alive; costs far less than a new timer. */
  setMode(mode: TimerMode): void
}

/** A source of time and timers. */
export interface Clock {
  /** Monotonic time in milliseconds; only differences have a meaning. */
  now(): number
  /** Wall-clock time in milliseconds since 1970. */
  epochMs(): number
  /** Whether `epochMs` and `now` always advance together, as in simulated time. Absent: the wall clock may be set. */
  readonly isSteady?: boolean
  /** Runs `callback` once after `delayMs`. `background` timers do not keep the process alive. */
  after(delayMs: number, callback: () => void, mode?: TimerMode): Timer
}

/** A clock that also counts event-loop ticks. */
export interface LoopClock extends Clock {
  /** Runs `callback` in the next tick, after all pending work of this one. */
  nextTurn(callback: () => void): void
}

/** Longest delay of a Node timer: 2^31 - 1 ms, almost 25 days. Node fires longer ones at once. */
export const MAX_DELAY_MS = 2_147_483_647

/**
 * Captured when the package is loaded: a test that replaces the globals with fake timers controls its own code, not the
 * connection of the worker, which would otherwise wait for ever.
 */
const { setTimeout, clearTimeout, setImmediate } = globalThis
const dateNow = Date.now.bind(Date)
const monotonicNow = performance.now.bind(performance)

/** The clock of the process. */
export const systemClock: LoopClock = {
  now: monotonicNow,
  epochMs: dateNow,
  nextTurn(callback) {
    setImmediate(callback)
  },
  after(delayMs, callback, mode = 'foreground') {
    const timeout = setTimeout(callback, Math.min(Math.max(delayMs, 0), MAX_DELAY_MS))
    if (mode === 'background') timeout.unref()
    return {
      cancel: () => {
        clearTimeout(timeout)
      },
      setMode: (changed) => {
        if (changed === 'background') timeout.unref()
        else timeout.ref()
      },
    }
  },
}

/** Resolves after a delay. */
export function delay(clock: Clock, delayMs: number, mode?: TimerMode): Promise<void> {
  return new Promise((resolve) => void clock.after(delayMs, resolve, mode))
}
