/**
 * One channel: items in order from one writer to one reader through a bounded buffer. A full buffer stops the writer,
 * and a slow reader keeps the buffer full, so backpressure works from end to end. Knows neither sockets nor keys.
 */
import type { ChannelPayload } from '../builtins/builtin.js'
import type { ChannelAccount } from './channel-memory.js'

/** The interface of a channel to its writer. */
export interface WriterEnd {
  /** The buffer is full: stop sending. */
  hold(): void
  /** There is capacity again. */
  release(): void
  /** The channel has ended; further writes are dropped. */
  drop(): void
}

/** The interface of a channel to its reader. */
export interface ReaderEnd {
  /** Whether it should receive nothing for now. It calls `pump` when that changes. */
  readonly full: boolean
  deliver(item: ChannelPayload): void
  /** Everything has been delivered and the writer has ended; `wasCut` if it ended without a close frame. */
  finish(wasCut: boolean): void
  /** The channel was ended early. */
  drop(): void
}

export interface ChannelOptions {
  readonly maxItems: number
  /** The account for the memory of the channel. */
  readonly account: ChannelAccount
  /** The channel was discarded; neither end can connect any more. */
  readonly onDestroyed: () => void
  /** The writer was cut before a reader connected. */
  readonly onCutUnread: () => void
}

/** From this many bytes a buffer is full, whatever the number of items: 64 chunks of a stream. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024

/** Memory of an item beside its bytes. */
const ITEM_COST = 128

export class Channel {
  readonly #options: ChannelOptions
  readonly #items: ChannelPayload[] = []
  #bytes = 0
  #totalBytes = 0
  #writer: WriterEnd | 'free' | 'done' = 'free'
  #reader: ReaderEnd | 'free' | 'gone' = 'free'
  #holding = false
  #wasCut = false

  constructor(options: ChannelOptions) {
    this.#options = options
  }

  /** The account for the memory of the channel. */
  get account(): ChannelAccount {
    return this.#options.account
  }

  /** Size of the buffer: bytes, and UTF-16 units of text. */
  get bufferedBytes(): number {
    return this.#bytes
  }

  /** Size of everything that the writer has sent, in the same unit. */
  get totalBytes(): number {
    return this.#totalBytes
  }

  /** The state of both ends, and whether the writer waits for the reader. */
  get ends(): { readonly writer: string; readonly reader: string; readonly is_held: boolean } {
    const stateOf = (end: object | string): string => (typeof end === 'string' ? end : 'connected')
    return { writer: stateOf(this.#writer), reader: stateOf(this.#reader), is_held: this.#holding }
  }

  /** Whether the channel has ended for both sides. */
  get over(): boolean {
    return this.#writer === 'done' && this.#reader === 'gone'
  }

  /** Whether no reader has connected yet. */
  get isUnread(): boolean {
    return this.#reader === 'free'
  }

  /** Whether an end has never connected. */
  get unclaimed(): boolean {
    return this.#writer === 'free' || this.#reader === 'free'
  }

  /** Attaches the writer; false if one is or was attached. */
  attachWriter(end: WriterEnd): boolean {
    if (this.#writer !== 'free') return false
    this.#writer = end
    if (this.#full) this.#hold()
    return true
  }

  /** Attaches the reader; false if one is or was attached. */
  attachReader(end: ReaderEnd): boolean {
    if (this.#reader !== 'free') return false
    this.#reader = end
    this.account.memory.forget(this)
    this.pump()
    return true
  }

  /** Accepts an item from the writer. Returns false if the writer should wait. */
  push(item: ChannelPayload): boolean {
    if (this.#reader === 'gone') {
      this.#dropWriter()
      return false
    }
    this.#items.push(item)
    this.#bytes += item.length
    this.#totalBytes += item.length
    this.account.add(item.length + ITEM_COST)
    this.pump()
    if (this.account.isOver && this.#items.length > 0) this.account.memory.makeRoom(this)
    if (this.over) return false
    if (!this.#full) return true
    this.#hold()
    return false
  }

  /** The writer has finished. Buffered items still reach the reader. */
  endInput(wasCut = false): void {
    if (this.#writer === 'done') return
    this.#writer = 'done'
    this.#wasCut = wasCut
    if (this.#reader === 'free') {
      this.account.memory.orphaned(this)
      if (wasCut) this.#options.onCutUnread()
    }
    this.pump()
  }

  /**
   * The connection of the writer ended without a close frame. If the writer was paused, part of its data was not read:
   * then the reader receives an error instead of a clean end.
   */
  writerCut(): void {
    if (this.#holding) this.destroy()
    else this.endInput(true)
  }

  /** Sends items to the reader while it accepts them. */
  pump(): void {
    const reader = this.#reader
    if (typeof reader === 'object') {
      while (!reader.full) {
        const item = this.#items.shift()
        if (item === undefined) break
        this.#bytes -= item.length
        this.account.remove(item.length + ITEM_COST)
        reader.deliver(item)
      }
      if (this.#items.length === 0 && this.#writer === 'done') {
        this.#reader = 'gone'
        reader.finish(this.#wasCut)
        return
      }
    }
    if (!this.#holding) return
    if (this.#full) this.#awaitMemory()
    else {
      this.#holding = false
      if (typeof this.#writer === 'object') this.#writer.release()
    }
  }

  /** The reader has disconnected. The writer is notified with its next item, or now if undelivered items wait. */
  readerGone(): void {
    if (this.#reader === 'gone') return
    this.#reader = 'gone'
    const itemsWaited = this.#items.length > 0
    this.#clear()
    if (itemsWaited) this.#dropWriter()
  }

  /** Ends the channel at once and drops its items. */
  destroy(): void {
    this.#clear()
    const reader = this.#reader
    this.#reader = 'gone'
    this.#dropWriter()
    if (typeof reader === 'object') reader.drop()
    this.#options.onDestroyed()
  }

  get #full(): boolean {
    const items = this.#items.length
    if (items >= this.#options.maxItems || this.#bytes >= MAX_BUFFERED_BYTES) return true
    // A channel that is being read accepts one item at a time, so that it makes progress.
    return this.account.isFull && (items > 0 || this.#reader === 'free')
  }

  #hold(): void {
    this.#holding = true
    this.#awaitMemory()
    if (typeof this.#writer === 'object') this.#writer.hold()
  }

  #awaitMemory(): void {
    if (this.account.isFull) this.account.memory.wait(this)
  }

  #dropWriter(): void {
    const writer = this.#writer
    this.#writer = 'done'
    if (typeof writer === 'object') writer.drop()
  }

  #clear(): void {
    this.account.remove(this.#bytes + this.#items.length * ITEM_COST)
    this.account.memory.forget(this)
    this.#items.length = 0
    this.#bytes = 0
  }
}
