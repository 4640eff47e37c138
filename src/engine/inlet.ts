/**
 * The engine's way in from one client: a fair share of each turn of the event loop. What a client has sent beyond its
 * share waits unread until the next turn, so that whoever sends without end holds up nobody but itself. Knows nothing
 * of what frames say.
 */
import type { LoopClock } from '../std/clock.js'
import type { Transport } from '../transport/transport.js'

/** Frames of one client that are carried out before everybody else has their turn. */
const MAX_TURN_FRAMES = 64
/** Characters and bytes of such frames. The frame that passes it is still carried out. */
const MAX_TURN_BYTES = 256 * 1024

export class Inlet {
  readonly #clock: LoopClock
  readonly #transport: Transport
  /** What came since the client last had to wait. */
  #frames = 0
  #bytes = 0
  /** Whether the rest waits for the next turn. */
  #isUsedUp = false
  /** Whether nothing is to be read for another reason. */
  #isHeld = false

  constructor(clock: LoopClock, transport: Transport) {
    this.#clock = clock
    this.#transport = transport
  }

  /** Counts a frame that is about to be carried out. */
  took(bytes: number): void {
    this.#frames += 1
    this.#bytes += bytes
    if (this.#frames >= MAX_TURN_FRAMES || this.#bytes >= MAX_TURN_BYTES) this.#waitForNextTurn()
  }

  /** Reads nothing more until `release`. */
  hold(): void {
    this.#isHeld = true
    this.#transport.pause()
  }

  release(): void {
    this.#isHeld = false
    if (!this.#isUsedUp) this.#transport.resume()
  }

  /**
   * Shares are counted from one wait to the next rather than from turn to turn, since the beginning of a turn is told
   * to nobody: in none of them does a client get more.
   */
  #waitForNextTurn(): void {
    this.#frames = 0
    this.#bytes = 0
    if (this.#isUsedUp) return
    this.#isUsedUp = true
    this.#transport.pause()
    this.#clock.nextTurn(() => {
      this.#isUsedUp = false
      if (!this.#isHeld) this.#transport.resume()
    })
  }
}
