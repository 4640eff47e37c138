/** A queue of messages of one worker, bounded in number and bytes. */

/** Maximum bytes. One frame of the largest size always fits. */
const MAX_HELD_BYTES = 64 * 1024 * 1024

export class HeldFrames<Message> {
  readonly #maxFrames: number
  #messages: Message[] = []
  #bytes = 0

  constructor(maxFrames: number) {
    this.#maxFrames = maxFrames
  }

  get size(): number {
    return this.#messages.length
  }

  /** Adds a message; false if a limit is exceeded. */
  push(message: Message, bytes: number): boolean {
    const isFull = this.#messages.length >= this.#maxFrames || this.#bytes + bytes > MAX_HELD_BYTES
    if (isFull && this.#messages.length > 0) return false
    this.#messages.push(message)
    this.#bytes += bytes
    return true
  }

  /** Removes and returns everything, oldest first. */
  takeAll(): Message[] {
    const messages = this.#messages
    this.#messages = []
    this.#bytes = 0
    return messages
  }
}
