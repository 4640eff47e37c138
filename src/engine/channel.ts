/**
 * One channel: items in order from one writer to one reader through a buffer with caps. A full buffer holds the writer
 * back; the buffer is full as long as the reader is slow, so back-pressure runs from end to end. Knows neither sockets
 * nor keys.
 */
import type { ChannelItem } from './builtin.js'

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

/** From this many bytes on a buffer is full, however few items it holds: 64 chunks as writers make them of a stream. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024

export class Channel {
  readonly #maxItems: number
  readonly #items: ChannelItem[] = []
  #bytes = 0
  #writer: WriterEnd | 'free' | 'done' = 'free'
  #reader: ReaderEnd | 'free' | 'gone' = 'free'
  #holding = false
  #wasCut = false

  constructor(maxItems: number) {
    this.#maxItems = maxItems
  }

  /** What waits in the buffer: bytes, and UTF-16 units of text. */
  get bufferedBytes(): number {
    return this.#bytes
  }

  /** Whether nothing more can happen here. */
  get over(): boolean {
    return this.#writer === 'done' && this.#reader === 'gone'
  }

  /** Whether an end has never been taken. */
  get unclaimed(): boolean {
    return this.#writer === 'free' || this.#reader === 'free'
  }

  /** Takes the writing end; false when it is taken or was. */
  attachWriter(end: WriterEnd): boolean {
    if (this.#writer !== 'free') return false
    this.#writer = end
    return true
  }

  /** Takes the reading end; false when it is taken or was. */
  attachReader(end: ReaderEnd): boolean {
    if (this.#reader !== 'free') return false
    this.#reader = end
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
    this.pump()
    if (!this.#full) return true
    this.#holding = true
    if (typeof this.#writer === 'object') this.#writer.hold()
    return false
  }

  /** The writer is done. What is buffered still reaches the reader. */
  endInput(wasCut = false): void {
    if (this.#writer === 'done') return
    this.#writer = 'done'
    this.#wasCut = wasCut
    this.pump()
  }

  /** Gives the reader what it will take. */
  pump(): void {
    const reader = this.#reader
    if (typeof reader !== 'object') return
    while (!reader.full) {
      const item = this.#items.shift()
      if (item === undefined) break
      this.#bytes -= item.length
      reader.deliver(item)
    }
    if (this.#items.length === 0 && this.#writer === 'done') {
      this.#reader = 'gone'
      reader.finish(this.#wasCut)
    } else if (this.#holding && !this.#full) {
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
  }

  get #full(): boolean {
    return this.#items.length >= this.#maxItems || this.#bytes >= MAX_BUFFERED_BYTES
  }

  #dropWriter(): void {
    const writer = this.#writer
    this.#writer = 'done'
    if (typeof writer === 'object') writer.drop()
  }

  #clear(): void {
    this.#items.length = 0
    this.#bytes = 0
  }
}
