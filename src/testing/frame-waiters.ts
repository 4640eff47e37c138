/**
 * Lets tests wait for a frame: each waiter checks every frame until one matches or its time limit expires. Knows
 * nothing of workers.
 */
import { ErrorCode, TimeoutError } from '../errors.js'
import { systemClock } from '../std/time/clock.js'
import { deferred } from '../std/async/deferred.js'
import type { Frame, RecordedFrame } from './frame-list.js'

/** Whether a frame is the expected one. */
export type FramePredicate = (frame: RecordedFrame) => boolean

export class FrameWaiters {
  readonly #waiters = new Set<(frame: RecordedFrame) => void>()

  /** Passes a frame to all waiters. */
  show(frame: Frame<RecordedFrame>): void {
    for (const waiter of [...this.#waiters]) waiter(frame.message)
  }

  /**
   * Resolves with the first matching frame, past ones included. Waits in real time, whatever the clock of the engine.
   * @throws {TimeoutError} `TIMEOUT`; any error that the predicate throws.
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

/** Maximum frames named in an error message. */
const MAX_NAMED = 5

function timedOut(timeoutMs: number, seen: readonly string[]): TimeoutError {
  const last = seen.slice(-MAX_NAMED).join(', ') || 'none'
  const message = `No frame matched within ${String(timeoutMs)} ms; ${String(seen.length)} arrived meanwhile, the last: ${last}`
  return new TimeoutError({ code: ErrorCode.TIMEOUT, message })
}
