/**
 * One channel: items in order from one writer to one reader through a buffer with caps. A full buffer holds the writer
 * back; the buffer is full as long as the reader is slow, so back-pressure runs from end to end. Knows neither sockets
 * nor keys.
 */
import type { ChannelItem } from '../builtins/builtin.js'
import type { ChannelAccount } from './channel-memory.js'

/** What a channel asks of its writer. */
export interface WriterEnd {
  /** The buffer is full: send no more. */
  hold(): void
  /** There is room again. */
  release(): void
  /** The channel is over; what is written from now on goes nowhere. */
  drop(): void
}

/** What a channel asks of its reader. */
export interface ReaderEnd {
  /** Whether it should not be given more for now. It calls `pump` when that changes. */
  readonly full: boolean
  deliver(item: ChannelItem): void
  /** Everything has been delivered and the writer is done; `wasCut` when it left without a close frame. */
  finish(wasCut: boolean): void
  /** The channel is over before its end. */
  drop(): void
}

export interface ChannelOptions {
  readonly maxItems: number
  /** Pays for what the channel holds. */
  readonly account: ChannelAccount
  /** The channel was given up; neither end may be taken any more. */
  readonly onDestroyed: () => void
  /** The writer left without an end before there was a reader. */
  readonly onCutUnread: () => void
}

/** From this many bytes on a buffer is full, however few items it holds: 64 chunks as writers make them of a stream. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024

/** What an item takes beside its bytes. */
const ITEM_COST = 128

export class Channel {
  readonly #options: ChannelOptions
  readonly #items: ChannelItem[] = []
  #bytes = 0
  #writer: WriterEnd | 'free' | 'done' = 'free'
  #reader: ReaderEnd | 'free' | 'gone' = 'free'
  #holding = false
  #wasCut = false

  constructor(options: ChannelOptions) {
    this.#options = options
  }

  /** Pays for what the channel holds. */
  get account(): ChannelAccount {
    return this.#options.account
  }

  /** What waits in the buffer: bytes, and UTF-16 units of text. */
  get bufferedBytes(): number {
    return this.#bytes
  }

  /** Whether nothing more can happen here. */
  get over(): boolean {
    return this.#writer === 'done' && this.#reader === 'gone'
  }

  /** Whether no reader has connected yet. */
  get isUnread(): boolean {
    return this.#reader === 'free'
  }

  /** Whether an end has never been taken. */
  get unclaimed(): boolean {
    return this.#writer === 'free' || this.#reader === 'free'
  }

  /** Takes the writing end; false when it is taken or was. */
  attachWriter(end: WriterEnd): boolean {
    if (this.#writer !== 'free') return false
    this.#writer = end
    if (this.#full) this.#hold()
    return true
  }

  /** Takes the reading end; false when it is taken or was. */
  attachReader(end: ReaderEnd): boolean {
    if (this.#reader !== 'free') return false
    this.#reader = end
    this.account.memory.forget(this)
    this.pump()
    return true
  }

  /** Takes an item from the writer. Returns false when the writer should wait. */
  push(item: ChannelItem): boolean {
    if (this.#reader === 'gone') {
      this.#dropWriter()
      return false
    }
    this.#items.push(item)
    this.#bytes += item.length
    this.account.add(item.length + ITEM_COST)
    this.pump()
    if (this.account.isOver && this.#items.length > 0) this.account.memory.makeRoom(this)
    if (this.over) return false
    if (!this.#full) return true
    this.#hold()
    return false
  }

  /** The writer is done. What is buffered still reaches the reader. */
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
   * The writer's connection ended without a close frame. While the writer is held back, some of what it sent was not
   * read: the reader gets an error instead of a clean end of a part.
   */
  writerCut(): void {
    if (this.#holding) this.destroy()
    else this.endInput(true)
  }

  /** Gives the reader what it will take. */
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

  /** The reader has left. The writer learns it with the next item, or now when items wait that nobody will read. */
  readerGone(): void {
    if (this.#reader === 'gone') return
    this.#reader = 'gone'
    const itemsWaited = this.#items.length > 0
    this.#clear()
    if (itemsWaited) this.#dropWriter()
  }

  /** Ends the channel at once, whatever is in it. */
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
    // A channel that is read goes on item by item, so that it ends some time.
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
