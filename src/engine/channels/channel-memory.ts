/**
 * The memory of all channels together, shared fairly. Each session that creates channels has an account; once all of
 * them hold as much as allowed, those with more than an equal share wait until some of it is free. If that is not
 * enough, channels whose writer has finished and whose reader never came are given up. Knows nothing of items.
 */

/** A channel as far as memory goes. */
export interface MemoryHolder {
  /** There may be memory again. */
  pump(): void
  /** Gives up what it holds. */
  destroy(): void
}

/** What one session's channels hold. */
export class ChannelAccount {
  readonly memory: ChannelMemory
  /** Channels that exist. */
  channels = 0
  bytes = 0

  constructor(memory: ChannelMemory) {
    this.memory = memory
  }

  /** Whether its channels should take nothing more for now. */
  get isFull(): boolean {
    return this.memory.isFull && this.bytes * this.memory.busyAccounts >= this.memory.maxBytes
  }

  /** Whether room has to be made for what its channels took. */
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
  /** From here on accounts with more than their share wait. */
  readonly maxBytes: number
  /** What may be taken above that before channels are given up: one item of the largest size. */
  readonly reserveBytes: number
  /** A channel was given up for its memory. */
  readonly onGivenUp: () => void
}

export class ChannelMemory {
  readonly #options: ChannelMemoryOptions
  /** Channels that wait for memory. */
  readonly #waiting = new Set<MemoryHolder>()
  /** Channels that wait for a reader alone, the oldest first. */
  readonly #orphans = new Set<MemoryHolder>()
  #isWaking = false
  #bytes = 0
  /** Accounts that hold anything. */
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

  /** Gives up finished channels without a reader, the oldest first, then the channel that goes on at the cap. */
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

  /** A channel waits for memory until it is pumped or gone. */
  wait(channel: MemoryHolder): void {
    this.#waiting.add(channel)
  }

  /** The writer of a channel has finished, and no reader has come yet. */
  orphaned(channel: MemoryHolder): void {
    this.#orphans.add(channel)
  }

  /** A channel has a reader or is gone. */
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
