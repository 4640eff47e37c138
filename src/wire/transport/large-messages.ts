/**
 * Limits the memory of large messages that are not handled yet, over all sockets together: those of which a part has
 * arrived, and whole ones that wait to be read. When they exceed it, the client with the largest is cut off. So is a
 * client that stops in the middle of one. Small messages do not count. Knows nothing of what messages mean.
 */
import type { Clock, Timer } from '../../std/time/clock.js'

/** A message up to this size does not count: as much is read from a socket at once. */
const FREE_BYTES = 64 * 1024
/** Between two looks at messages whose clients send nothing more of them. */
const LOOK_INTERVAL_MS = 1_000
/** Looks in a row without progress: a client that stops amid a message is cut off after 10 to 11 s. */
const MAX_IDLE_LOOKS = 10

/** Why a client is cut off. */
export type LargeMessageCut = 'too many large messages' | 'a message that did not go on'

/** The client that sends a message. */
interface Sender {
  /** Whether the rest of the message would be read now; absent when it has arrived whole. */
  readonly isRead?: () => boolean
  cut(reason: LargeMessageCut): void
}

interface LargeMessagesOptions {
  readonly clock: Clock
  readonly maxBytes: number
  /** Notes that a client is about to be cut off. */
  readonly onCut: (reason: LargeMessageCut, bytes: number) => void
}

/** The large message of one client. */
export class LargeMessage {
  readonly sender: Sender
  readonly #changed: (message: LargeMessage, before: number) => void
  #bytes = 0
  idleLooks = 0

  constructor(sender: Sender, changed: (message: LargeMessage, before: number) => void) {
    this.sender = sender
    this.#changed = changed
  }

  /** Bytes that count. */
  get bytes(): number {
    return this.#bytes
  }

  /** Notes progress: the bytes there are now, 0 when nothing is left of the message. */
  set(bytes: number): void {
    const before = this.#bytes
    this.#bytes = bytes <= FREE_BYTES ? 0 : bytes
    this.idleLooks = 0
    if (this.#bytes !== before) this.#changed(this, before)
  }
}

export class LargeMessages {
  readonly #options: LargeMessagesOptions
  /** Those that count. */
  readonly #messages = new Set<LargeMessage>()
  #bytes = 0
  #look: Timer | undefined

  constructor(options: LargeMessagesOptions) {
    this.#options = options
  }

  /** Bytes of all that count. */
  get bytes(): number {
    return this.#bytes
  }

  /** A place for the messages of one client, without any yet. */
  of(sender: Sender): LargeMessage {
    return new LargeMessage(sender, (message, before) => this.#change(message, before))
  }

  #change(message: LargeMessage, before: number): void {
    this.#bytes += message.bytes - before
    if (message.bytes === 0) this.#messages.delete(message)
    else this.#messages.add(message)
    while (this.#bytes > this.#options.maxBytes) this.#cut(this.#largest(message), 'too many large messages')
    if (this.#messages.size > 0 && this.#look === undefined) this.#look = this.#nextLook()
  }

  #largest(first: LargeMessage): LargeMessage {
    let largest = first
    for (const message of this.#messages) if (message.bytes > largest.bytes) largest = message
    return largest
  }

  #cut(message: LargeMessage, reason: LargeMessageCut): void {
    this.#options.onCut(reason, message.bytes)
    message.set(0)
    message.sender.cut(reason)
  }

  #nextLook(): Timer {
    return this.#options.clock.after(LOOK_INTERVAL_MS, () => this.#lookAtAll(), 'background')
  }

  /** Looks are counted, not time: while the process is held up, nothing is read and nothing is looked at. */
  #lookAtAll(): void {
    for (const message of [...this.#messages]) {
      const { isRead } = message.sender
      message.idleLooks = isRead?.() === true ? message.idleLooks + 1 : 0
      if (message.idleLooks > MAX_IDLE_LOOKS) this.#cut(message, 'a message that did not go on')
    }
    this.#look = this.#messages.size > 0 ? this.#nextLook() : undefined
  }
}
