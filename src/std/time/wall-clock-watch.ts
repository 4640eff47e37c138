/**
 * Detects that the wall clock was set, forwards or backwards, by comparing it with the monotonic clock once a second.
 * Steps under half a second are ignored; a suspended machine counts as set forward.
 */
import type { Clock, Timer } from './clock.js'

const INTERVAL_MS = 1000

/** Larger than any correction of a running clock per interval: time daemons slew by 0.5 ms per second. */
const SMALLEST_JUMP_MS = 500

/** Calls `onJump` after each jump until it is cancelled. Does not keep the process alive. */
export function watchWallClock(clock: Clock, onJump: (byMs: number) => void): Pick<Timer, 'cancel'> {
  // The two times of such a clock cannot drift apart, so that advancing it by a month costs no ticks.
  if (clock.isSteady === true) return { cancel: () => undefined }
  const offset = (): number => clock.epochMs() - clock.now()
  let before = offset()
  let timer: Timer
  const check = (): void => {
    timer = clock.after(INTERVAL_MS, check, 'background')
    const jumpedMs = offset() - before
    before += jumpedMs
    if (Math.abs(jumpedMs) >= SMALLEST_JUMP_MS) onJump(jumpedMs)
  }
  timer = clock.after(INTERVAL_MS, check, 'background')
  return {
    cancel: () => {
      timer.cancel()
    },
  }
}
