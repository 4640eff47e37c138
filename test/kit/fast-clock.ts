/**
 * The process's own clock, so many times as fast: limits of a minute become limits of a second on real sockets, with
 * everything else as it is. Knows nothing of what the time is used for.
 */
import { systemClock, type Clock } from '../../src/std/time/clock.js'

export function fastClock(timesFaster: number): Clock {
  return {
    now: () => systemClock.now() * timesFaster,
    epochMs: () => systemClock.epochMs(),
    after: (delayMs, callback, mode) => systemClock.after(delayMs / timesFaster, callback, mode),
  }
}
