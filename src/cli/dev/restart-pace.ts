/**
 * When a change of a file restarts the worker. A file that changes just after each start may be written by the worker
 * itself, so its restarts come ever more slowly. No change is dropped: a person may save as often.
 */

/** Restarts in a row for a file that changes just after each start, before further ones wait. */
const MAX_SOON_RESTARTS = 3
/** Wait after those; it doubles with each restart. */
const FIRST_WAIT_MS = 1_000
const MAX_WAIT_MS = 60_000

export class RestartPace {
  #file = ''
  #inARow = 0

  /** Milliseconds from a change to its restart. `isSoon`: the worker has only just started. */
  waitMs(file: string, isSoon: boolean): number {
    this.#inARow = isSoon ? (file === this.#file ? this.#inARow + 1 : 1) : 0
    this.#file = file
    const further = this.#inARow - MAX_SOON_RESTARTS
    return further <= 0 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (further - 1), MAX_WAIT_MS)
  }

  /** Whether the latest change is the first of a row that had to wait. */
  get hasJustSlowed(): boolean {
    return this.#inARow === MAX_SOON_RESTARTS + 1
  }
}
