/**
 * Time as a port. Everything that waits takes a `Clock`, so tests can drive time by hand and never sleep.
 * Knows nothing of what the time is used for; `now` never runs backwards.
 */

/** Whether a timer keeps the process alive: one in the foreground does. */
export type TimerMode = 'foreground' | 'background'

/** A pending timer. */
export interface Timer {
  /** Stops the timer; does nothing once it has fired. */
  cancel(): void
  /** Lets the timer keep the process alive from now on, or no longer; costs far less than a new timer. */
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

/** A clock that also counts the turns of an event loop. */
export interface LoopClock extends Clock {
  /** Runs `callback` in the next turn, once everybody else has had this one. */
  nextTurn(callback: () => void): void
}

/** Longest delay a Node timer can hold: 2^31 - 1 ms, almost 25 days. Node fires longer ones at once. */
export const MAX_DELAY_MS = 2_147_483_647

/**
 * Taken when the package is loaded: a test that replaces the globals with fake timers controls its own code, not the
 * worker's connection, which would wait for ever.
 */
const { setTimeout, clearTimeout, setImmediate } = globalThis
const dateNow = Date.now.bind(Date)
const monotonicNow = performance.now.bind(performance)

/** The process's own clock. */
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
