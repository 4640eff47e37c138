/**
 * Links that ended before the engine's greeting was heard. The engine may go on holding such a link, and the worker's
 * name with it, until it finds out that nobody is there; the token that would take it over was in the greeting. While
 * that may be so, a refusal of the name is most likely about this worker itself, and passes.
 */
import type { Clock } from '../std/clock.js'

/** How long an engine may take to find out: Linux gives up sending, here the greeting, after about 15 minutes. */
const UNHEARD_LIMIT_MS = 1_200_000

export class UnheardLink {
  readonly #clock: Clock
  #isHeard = true
  #until = -Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether the engine may still hold a link of this worker that it was never greeted on. */
  get mayHoldName(): boolean {
    return this.#clock.now() < this.#until
  }

  linkOpened(): void {
    this.#isHeard = false
  }

  /** The engine said something on this link, so its end will be noticed or was its own. */
  heard(): void {
    this.#isHeard = true
  }

  linkLost(): void {
    if (!this.#isHeard) this.#until = this.#clock.now() + UNHEARD_LIMIT_MS
    this.#isHeard = true
  }
}
