/**
 * Limits the memory of large messages that are not handled yet, over all sockets: those that have arrived in part, and
 * complete ones that wait to be parsed. When the limit is exceeded, the client with the largest is cut. A client that
 * stops in the middle of a large message is cut, too. Small messages do not count. Knows nothing of the meaning of
 * messages.
 */
import type { Clock, Timer } from '../../std/time/clock.js'

/** A message up to this size does not count: a socket is read in pieces of this size anyway. */
const FREE_BYTES = 64 * 1024
/** Interval of the checks for messages without progress. */
const LOOK_INTERVAL_MS = 1_000
/** Checks in a row without progress: a client that stops amid a message is cut after 10 to 11 s. */
const MAX_IDLE_LOOKS = 10

/** Why a client is cut. */
export type LargeMessageCut = 'too many large messages' | 'a message that did not go on'

/** The client that sends a message. */
interface Sender {
  /** Whether the socket is being read, so that the message could progress; absent if it is complete. */
  readonly isRead?: () => boolean
  cut(reason: LargeMessageCut): void
}

interface LargeMessagesOptions {
  readonly clock: Clock
  readonly maxBytes: number
  /** Called when a client is about to be cut. */
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

  /** Records progress: the current bytes, 0 when nothing is left of the message. */
  set(bytes: number): void {
    const before = this.#bytes
    this.#bytes = bytes <= FREE_BYTES ? 0 : bytes
    this.idleLooks = 0
    if (this.#bytes !== before) this.#changed(this, before)
  }
}

export class LargeMessages {
  readonly #options: LargeMessagesOptions
  /** Messages that count. */
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

  /** An entry for the messages of one client, empty at first. */
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

  /** Checks are counted, not time: while the process is blocked, it neither reads nor checks. */
  #lookAtAll(): void {
    for (const message of [...this.#messages]) {
      const { isRead } = message.sender
      message.idleLooks = isRead?.() === true ? message.idleLooks + 1 : 0
      if (message.idleLooks > MAX_IDLE_LOOKS) this.#cut(message, 'a message that did not go on')
    }
    this.#look = this.#messages.size > 0 ? this.#nextLook() : undefined
  }
}
