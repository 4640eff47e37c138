/**
 * Tests that wait for a frame: each is shown every frame until one fits or its time is over. Knows no worker.
 */
import { ErrorCode, TimeoutError } from '../errors.js'
import { systemClock } from '../std/time/clock.js'
import { deferred } from '../std/async/deferred.js'
import type { Frame, RecordedFrame } from './frame-list.js'

/** Whether a frame is the one that is waited for. */
export type FramePredicate = (frame: RecordedFrame) => boolean

export class FrameWaiters {
  readonly #waiters = new Set<(frame: RecordedFrame) => void>()

  /** Shows a frame to whoever waits. */
  show(frame: Frame<RecordedFrame>): void {
    for (const waiter of [...this.#waiters]) waiter(frame.message)
  }

  /**
   * Resolves with the first frame that fits, those of the past first. Waits on real time, whatever the engine's clock.
   * @throws {TimeoutError} `TIMEOUT`; whatever the predicate throws.
   */
  async wait(past: Iterable<RecordedFrame>, fits: FramePredicate, timeoutMs: number): Promise<RecordedFrame> {
    for (const frame of past) if (fits(frame)) return frame
    const found = deferred<RecordedFrame>()
    const seen: string[] = []
    const waiter = (frame: RecordedFrame): void => {
      seen.push(frame.type)
      try {
        if (fits(frame)) found.resolve(frame)
      } catch (error) {
        found.reject(error)
      }
    }
    this.#waiters.add(waiter)
    const timer = systemClock.after(timeoutMs, () => found.reject(timedOut(timeoutMs, seen)))
    try {
      return await found.promise
    } finally {
      timer.cancel()
      this.#waiters.delete(waiter)
    }
  }
}

/** Frames named in an error message. */
const MAX_NAMED = 5

function timedOut(timeoutMs: number, seen: readonly string[]): TimeoutError {
  const last = seen.slice(-MAX_NAMED).join(', ') || 'none'
  const message = `No frame fitted within ${String(timeoutMs)} ms; ${String(seen.length)} came meanwhile, the last: ${last}`
  return new TimeoutError({ code: ErrorCode.TIMEOUT, message })
}
