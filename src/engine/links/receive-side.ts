/**
 * The receive side of one client: a fair share of each event-loop tick, counted in frames, bytes and time. What exceeds
 * the share stays unread until the next tick. Clients that used up their time continue one per tick. Knows nothing of
 * the meaning of frames.
 */
import type { LoopClock } from '../../std/time/clock.js'
import type { TickLane } from '../../std/time/tick-lane.js'
import type { Transport } from '../../wire/transport/transport.js'

/** Frames of one client that are handled per tick. */
const MAX_TURN_FRAMES = 64
/** Characters and bytes of such frames. The frame that exceeds it is still handled. */
const MAX_TURN_BYTES = 256 * 1024
/** Time that such frames take. The frame that exceeds it is still handled. */
const MAX_TURN_MS = 10

/** State that the receive sides of an engine share. */
export interface ReceiveSideParts {
  readonly clock: LoopClock
  readonly lane: TickLane
}

export class ReceiveSide {
  readonly #parts: ReceiveSideParts
  readonly #transport: Transport
  /** What arrived since the client last had to wait. */
  #frames = 0
  #bytes = 0
  #spentMs = 0
  /** Whether the rest waits for its tick. */
  #isUsedUp = false
  /** Further reasons for not reading. */
  readonly #holds = new Set<string>()

  constructor(parts: ReceiveSideParts, transport: Transport) {
    this.#parts = parts
    this.#transport = transport
  }

  /** Counts a frame that is about to be handled. */
  took(bytes: number): void {
    this.#frames += 1
    this.#bytes += bytes
    if (this.#frames >= MAX_TURN_FRAMES || this.#bytes >= MAX_TURN_BYTES) this.#wait('tick')
  }

  /** Counts the time that frames of the client took. */
  spent(durationMs: number): void {
    this.#spentMs += durationMs
    if (this.#spentMs >= MAX_TURN_MS) this.#wait('lane')
  }

  /** Closes the connection and stops waiting. */
  end(code: number, reason: string): void {
    this.#transport.close(code, reason)
    this.#parts.clock.nextTurn(() => this.#transport.terminate())
  }

  /** Stops reading until `release` for the same reason. */
  hold(reason: string): void {
    this.#holds.add(reason)
    this.#transport.pause()
  }

  release(reason: string): void {
    if (this.#holds.delete(reason)) this.#resume()
  }

  /**
   * Shares are counted from one wait to the next rather than per tick, since the start of a tick cannot be observed. A
   * client never gets more than its share in a tick.
   */
  #wait(until: 'tick' | 'lane'): void {
    this.#frames = 0
    this.#bytes = 0
    this.#spentMs = 0
    if (this.#isUsedUp) return
    this.#isUsedUp = true
    this.#transport.pause()
    const next = (): boolean => {
      this.#isUsedUp = false
      this.#resume()
      return true
    }
    if (until === 'lane') this.#parts.lane.add(next)
    else this.#parts.clock.nextTurn(next)
  }

  #resume(): void {
    if (!this.#isUsedUp && this.#holds.size === 0) this.#transport.resume()
  }
}
