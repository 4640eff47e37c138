/**
 * Waits until the engine has taken everything in that was sent before. On one link frames are read in order, so the
 * answer to a ping proves it; the introduction runs as a task of its own and is confirmed by its own answer.
 */
import type { Link, LinkPart } from '../link.js'
import type { Introduction } from './introduction.js'

export class Barrier implements LinkPart {
  readonly #link: Pick<Link, 'ping'>
  readonly #introduction: Pick<Introduction, 'confirm'>
  #introduced: Promise<unknown> | undefined
  #isConfirmed = false

  constructor(link: Pick<Link, 'ping'>, introduction: Pick<Introduction, 'confirm'>) {
    this.#link = link
    this.#introduction = introduction
  }

  /** Whether the engine has confirmed the introduction on this link. */
  get isConfirmed(): boolean {
    return this.#isConfirmed
  }

  /**
   * Resolves once registrations sent so far are in effect.
   * @throws {NotConnectedError} `CONNECTION_LOST` when the link ends first.
   */
  async pass(): Promise<void> {
    await (this.#introduced ??= this.#introduce())
    this.#isConfirmed = true
    await this.#link.ping()
  }

  #introduce(): Promise<unknown> {
    const introduced = this.#introduction.confirm().catch((error: unknown) => {
      // The next caller asks again.
      if (this.#introduced === introduced) this.#introduced = undefined
      throw error
    })
    return introduced
  }

  lost(): void {
    this.#introduced = undefined
    this.#isConfirmed = false
  }

  over(): void {
    this.lost()
  }
}
