/**
 * Limits the bytes that are held for all clients together, for example of large messages that have arrived in part, or
 * of what clients have not read. When the limit is exceeded, the client with the most is cut. A client whose large
 * message makes no progress is cut, too. Small shares do not count. Does not know what the bytes are.
 */
import type { Clock, Timer } from '../../std/time/clock.js'

/** A share up to this size does not count: a socket is read in pieces of this size anyway. */
const FREE_BYTES = 64 * 1024
/** Interval of the checks for shares without progress. */
const LOOK_INTERVAL_MS = 1_000
/** Checks in a row without progress: a client that stops amid a message is cut after 10 to 11 s. */
const MAX_IDLE_LOOKS = 10

/** Why a client is cut. */
type CutReason = 'too many large messages' | 'a message without progress'

/** The client for which bytes are held. */
interface Holder {
  /** Whether the client could make progress, because its socket is read; absent if its bytes do not depend on it. */
  readonly isRead?: () => boolean
  cut(reason: CutReason): void
}

interface SharedBytesOptions {
  readonly clock: Clock
  readonly maxBytes: number
  /** Called when a client is about to be cut. */
  readonly onCut: (reason: CutReason, bytes: number) => void
}

/** The bytes held for one client. */
export class ByteShare {
  readonly holder: Holder
  readonly #changed: (share: ByteShare, before: number) => void
  #bytes = 0
  idleLooks = 0

  constructor(holder: Holder, changed: (share: ByteShare, before: number) => void) {
    this.holder = holder
    this.#changed = changed
  }

  /** Bytes that count. */
  get bytes(): number {
    return this.#bytes
  }

  /** Records progress: the current bytes, 0 when nothing is left. */
  set(bytes: number): void {
    const before = this.#bytes
    this.#bytes = bytes <= FREE_BYTES ? 0 : bytes
    this.idleLooks = 0
    if (this.#bytes !== before) this.#changed(this, before)
  }
}

export class SharedBytes {
  readonly #options: SharedBytesOptions
  /** Shares that count. */
  readonly #shares = new Set<ByteShare>()
  #bytes = 0
  #look: Timer | undefined

  constructor(options: SharedBytesOptions) {
    this.#options = options
  }

  /** Bytes of all that count. */
  get bytes(): number {
    return this.#bytes
  }

  /** The share of one client, empty at first. */
  of(holder: Holder): ByteShare {
    return new ByteShare(holder, (share, before) => this.#change(share, before))
  }

  #change(share: ByteShare, before: number): void {
    this.#bytes += share.bytes - before
    if (share.bytes === 0) this.#shares.delete(share)
    else this.#shares.add(share)
    while (this.#bytes > this.#options.maxBytes) this.#cut(this.#largest(share), 'too many large messages')
    if (this.#shares.size > 0 && this.#look === undefined) this.#look = this.#nextLook()
  }

  #largest(first: ByteShare): ByteShare {
    let largest = first
    for (const share of this.#shares) if (share.bytes > largest.bytes) largest = share
    return largest
  }

  #cut(share: ByteShare, reason: CutReason): void {
    this.#options.onCut(reason, share.bytes)
    share.set(0)
    share.holder.cut(reason)
  }

  #nextLook(): Timer {
    return this.#options.clock.after(LOOK_INTERVAL_MS, () => this.#lookAtAll(), 'background')
  }

  /** Checks are counted, not time: while the process is blocked, it neither reads nor checks. */
  #lookAtAll(): void {
    for (const share of [...this.#shares]) {
      const { isRead } = share.holder
      share.idleLooks = isRead?.() === true ? share.idleLooks + 1 : 0
      if (share.idleLooks > MAX_IDLE_LOOKS) this.#cut(share, 'a message without progress')
    }
    this.#look = this.#shares.size > 0 ? this.#nextLook() : undefined
  }
}
