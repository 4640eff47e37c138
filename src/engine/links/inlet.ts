/**
 * The receive side of one client: a fair share of each event-loop tick, counted in frames, in bytes and in time. What a
 * client has sent beyond its share stays unread until the next tick; a client that used up the time is read again one
 * at a time with others that did. Knows nothing of what frames mean.
 */
import type { LoopClock } from '../../std/time/clock.js'
import type { TickLane } from '../../std/time/tick-lane.js'
import type { Transport } from '../../wire/transport/transport.js'

/** Frames of one client that are handled in a tick. */
const MAX_TURN_FRAMES = 64
/** Characters and bytes of such frames. The frame that exceeds it is still handled. */
const MAX_TURN_BYTES = 256 * 1024
/** Time that such frames take. The frame that exceeds it is still handled. */
const MAX_TURN_MS = 10

/** What the inlets of an engine share. */
export interface InletParts {
  readonly clock: LoopClock
  readonly lane: TickLane
}

export class Inlet {
  readonly #parts: InletParts
  readonly #transport: Transport
  /** What came since the client last had to wait. */
  #frames = 0
  #bytes = 0
  #spentMs = 0
  /** Whether the rest waits for its tick. */
  #isUsedUp = false
  /** Why nothing is to be read besides. */
  readonly #holds = new Set<string>()

  constructor(parts: InletParts, transport: Transport) {
    this.#parts = parts
    this.#transport = transport
  }

  /** Counts a frame that is about to be handled. */
  took(bytes: number): void {
    this.#frames += 1
    this.#bytes += bytes
    if (this.#frames >= MAX_TURN_FRAMES || this.#bytes >= MAX_TURN_BYTES) this.#wait('tick')
  }

  /** Counts time that the client's frames took. */
  spent(durationMs: number): void {
    this.#spentMs += durationMs
    if (this.#spentMs >= MAX_TURN_MS) this.#wait('lane')
  }

  /** Closes the link and waits for nothing. */
  end(code: number, reason: string): void {
    this.#transport.close(code, reason)
    this.#parts.clock.nextTurn(() => this.#transport.terminate())
  }

  /** Reads nothing more until `release` for the same reason. */
  hold(reason: string): void {
    this.#holds.add(reason)
    this.#transport.pause()
  }

  release(reason: string): void {
    if (this.#holds.delete(reason)) this.#resume()
  }

  /**
   * Shares are counted from one wait to the next rather than from tick to tick, since nothing announces the start of a
   * tick: in none of them does a client get more.
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
