/**
 * Keeps work that ends at once, again and again, from keeping everything else waiting: after some pieces the next one
 * waits for a tick in the lane of expensive work. Pieces that wait by themselves hardly notice.
 */
import type { TickLane } from './tick-lane.js'

/** Pieces in one tick: some 5 ms of calls that fail at once (measured). */
export const PORTION = 64

export class Pace {
  readonly #lane: Pick<TickLane, 'run'>
  #pieces = 0

  constructor(lane: Pick<TickLane, 'run'>) {
    this.#lane = lane
  }

  /** Counts a piece; what to wait for before the next one, if anything. */
  next(): Promise<void> | undefined {
    this.#pieces += 1
    if (this.#pieces < PORTION) return undefined
    return this.#lane.run(() => {
      this.#pieces = 0
    })
  }
}
