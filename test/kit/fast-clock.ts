/**
 * The system clock, sped up by a factor: time limits of a minute take a second on real sockets, and nothing else
 * changes.
 */
import { systemClock, type Clock } from '../../src/std/time/clock.js'

export function fastClock(timesFaster: number): Clock {
  return {
    now: () => systemClock.now() * timesFaster,
    epochMs: () => systemClock.epochMs(),
    after: (delayMs, callback, mode) => systemClock.after(delayMs / timesFaster, callback, mode),
  }
}
