/**
 * Shares the memory of channels fairly. Each session that creates channels has an account. When the limit over all
 * accounts is reached, writers of accounts above an equal share wait. If that is not enough, channels whose writer has
 * finished and whose reader has not connected are discarded. Knows nothing of items.
 */

/** A channel from the view of memory. */
export interface MemoryHolder {
  /** Called when memory may be available again. */
  pump(): void
  /** Discards its items. */
  destroy(): void
}

/** The memory of the channels of one session. */
export class ChannelAccount {
  readonly memory: ChannelMemory
  /** Number of channels. */
  channels = 0
  bytes = 0

  constructor(memory: ChannelMemory) {
    this.memory = memory
  }

  /** Whether its channels should accept nothing for now. */
  get isFull(): boolean {
    return this.memory.isFull && this.bytes * this.memory.busyAccounts >= this.memory.maxBytes
  }

  /** Whether other channels must be discarded for what its channels accepted. */
  get isOver(): boolean {
    return this.memory.isOver && this.isFull
  }

  add(bytes: number): void {
    if (this.bytes === 0) this.memory.busyAccounts += 1
    this.bytes += bytes
    this.memory.add(bytes)
  }

  remove(bytes: number): void {
    if (bytes === 0) return
    this.bytes -= bytes
    if (this.bytes === 0) this.memory.busyAccounts -= 1
    this.memory.remove(bytes)
  }
}

export interface ChannelMemoryOptions {
  /** Limit above which accounts with more than an equal share wait. */
  readonly maxBytes: number
  /** Reserve above the limit before channels are discarded: one item of the largest size. */
  readonly reserveBytes: number
  /** Called when a channel was discarded for its memory. */
  readonly onGivenUp: () => void
}

export class ChannelMemory {
  readonly #options: ChannelMemoryOptions
  /** Channels that wait for memory. */
  readonly #waiting = new Set<MemoryHolder>()
  /** Channels that only wait for a reader, oldest first. */
  readonly #orphans = new Set<MemoryHolder>()
  #isWaking = false
  #bytes = 0
  /** Accounts with channels or memory. */
  busyAccounts = 0

  constructor(options: ChannelMemoryOptions) {
    this.#options = options
  }

  get maxBytes(): number {
    return this.#options.maxBytes
  }

  get isFull(): boolean {
    return this.#bytes >= this.#options.maxBytes
  }

  get isOver(): boolean {
    return this.#bytes > this.#options.maxBytes + this.#options.reserveBytes
  }

  add(bytes: number): void {
    this.#bytes += bytes
  }

  /** Discards finished channels without a reader, oldest first, then the channel that exceeds the limit. */
  makeRoom(channel: MemoryHolder): void {
    for (const orphan of this.#orphans) {
      if (!this.isOver) return
      this.#giveUp(orphan)
    }
    if (this.isOver) this.#giveUp(channel)
  }

  remove(bytes: number): void {
    this.#bytes -= bytes
    if (this.#waiting.size === 0 || this.#isWaking) return
    this.#isWaking = true
    queueMicrotask(() => this.#wake())
  }

  /** A channel waits for memory until it is pumped or removed. */
  wait(channel: MemoryHolder): void {
    this.#waiting.add(channel)
  }

  /** The writer of a channel has finished, and no reader has connected yet. */
  orphaned(channel: MemoryHolder): void {
    this.#orphans.add(channel)
  }

  /** A channel has a reader or was removed. */
  forget(channel: MemoryHolder): void {
    this.#orphans.delete(channel)
    this.#waiting.delete(channel)
  }

  #giveUp(channel: MemoryHolder): void {
    channel.destroy()
    this.#options.onGivenUp()
  }

  #wake(): void {
    this.#isWaking = false
    for (const channel of [...this.#waiting]) {
      this.#waiting.delete(channel)
      channel.pump()
    }
  }
}
