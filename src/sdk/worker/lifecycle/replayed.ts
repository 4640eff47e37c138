/**
 * Registrations that outlive a link: each is encoded once, sent when the link is up, and sent again on every open, in
 * the order they were made. Knows no message beyond its text.
 */
import { workerCodec } from '../../../wire/protocol/codec.js'
import type { WorkerMessage } from '../../../wire/protocol/messages.js'
import type { Link } from '../link.js'

/** Writes frames if the link is up. Otherwise nothing is owed: opening the link replays. */
export type Sender = Pick<Link, 'send'>

export class ReplayedRegistrations {
  readonly #link: Sender
  readonly #frames = new Map<string, string>()

  constructor(link: Sender) {
    this.#link = link
  }

  get size(): number {
    return this.#frames.size
  }

  has(key: string): boolean {
    return this.#frames.has(key)
  }

  /**
   * Keeps and sends a registration.
   * @throws {SerdeError} when the message cannot be serialised as JSON; nothing is kept then.
   */
  add(key: string, message: WorkerMessage): void {
    const frame = workerCodec.encode(message)
    this.#frames.set(key, frame)
    this.#link.send(frame)
  }

  /** Forgets a registration and tells the engine; false when it was not there. */
  remove(key: string, message: WorkerMessage): boolean {
    if (!this.#frames.delete(key)) return false
    this.#link.send(workerCodec.encode(message))
    return true
  }

  /** Removes a registration for a while: sends `message` to the engine and returns the frame that restores it. */
  takeOut(key: string, message: WorkerMessage): string | undefined {
    const frame = this.#frames.get(key)
    this.remove(key, message)
    return frame
  }

  /** Puts a registration back that was taken out. */
  putBack(key: string, frame: string): void {
    this.#frames.set(key, frame)
    this.#link.send(frame)
  }

  /** Sends one registration again. */
  sendAgain(key: string): void {
    const frame = this.#frames.get(key)
    if (frame !== undefined) this.#link.send(frame)
  }

  /** Sends everything again. */
  replay(send: (frame: string) => void): void {
    for (const frame of this.#frames.values()) send(frame)
  }
}
