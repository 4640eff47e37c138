/**
 * The items of a channel between its socket and its readers. Text and bytes can be read separately or together in order
 * of arrival. Requests a pause while it is full, so that the socket is not read faster than its items. Bytes are never
 * dropped. Text without a listener is dropped above a limit, so that it does not block the bytes.
 */
import { ErrorCode, RuntimeError } from '../../errors.js'
import { orAborted } from '../../std/async/abortable.js'
import type { Clock, Timer } from '../../std/time/clock.js'
import { deferred, type Deferred } from '../../std/async/deferred.js'

/** Maximum bytes of each kind before the socket is paused, or text is dropped; text counts in UTF-16 units. */
const FULL_BYTES = 1024 * 1024

/** Maximum items of each kind before the socket is paused, or text is dropped. */
const FULL_ITEMS = 1024

/** How long one kind may stay unread while a reader waits for the other kind behind it. */
const STALL_MS = 5_000

/** The kinds of items. */
export type ItemKind = 'text' | 'binary'

interface Entry {
  readonly order: number
  readonly item: string | Buffer
}

/** Callbacks to the owner of the queue. */
export interface QueueOwner {
  readonly clock: Clock
  readonly pause: () => void
  readonly resume: () => void
  /** Whether text is passed on at once and therefore expected. */
  readonly hasTextListener: () => boolean
  /** Called for each text message that is dropped for lack of a listener, with the number dropped so far. */
  readonly onTextDropped: (dropped: number) => void
  /** Called once per pause, with the kind that stays unread and so blocks a reader of the other kind. */
  readonly onStalled: (unread: ItemKind) => void
}

class Kept {
  readonly entries: Entry[] = []
  bytes = 0

  get isFull(): boolean {
    return this.bytes >= FULL_BYTES || this.entries.length >= FULL_ITEMS
  }
}

export class ItemQueue {
  readonly #owner: QueueOwner
  #kept: Readonly<Record<ItemKind, Kept>> = { text: new Kept(), binary: new Kept() }
  /** Waiting readers that accept only one kind, by kind. */
  readonly #waiting: Record<ItemKind, number> = { text: 0, binary: 0 }
  #order = 0
  /** Number of active loops over text: while there is one, text is held instead of dropped. */
  #textReaders = 0
  /** Dropped text, and its place among the items. */
  #gap: { readonly order: number; dropped: number } | undefined
  #isPaused = false
  #stall: Timer | undefined
  #changed: Deferred<void> | undefined
  #end: { readonly error: Error | undefined } | undefined

  constructor(owner: QueueOwner) {
    this.#owner = owner
  }

  /** Bytes in the queue, and UTF-16 units of text. */
  get bytes(): number {
    return this.#kept.text.bytes + this.#kept.binary.bytes
  }

  /** Adds an item. After the end, further items are dropped. */
  push(item: string | Buffer): void {
    if (this.#end !== undefined) return
    const kind = typeof item === 'string' ? 'text' : 'binary'
    const kept = this.#kept[kind]
    if (kind === 'text' && this.#mustDropText()) {
      this.#dropText()
      return
    }
    kept.entries.push({ order: this.#order++, item })
    kept.bytes += item.length
    this.#regulate()
    this.#wake()
  }

  /** No more items arrive. Readers receive the error after the remaining items. */
  finish(error: Error | undefined): void {
    this.#end ??= { error }
    this.#stall?.cancel()
    this.#wake()
  }

  /** Drops the remaining items. */
  clear(): void {
    this.#kept = { text: new Kept(), binary: new Kept() }
  }

  /** Begins a loop over text. Returns the function that ends it. */
  openText(): () => void {
    this.#textReaders += 1
    this.#regulate()
    return () => {
      this.#textReaders -= 1
      this.#regulate()
    }
  }

  /**
   * The next item of the given kinds; `null` after the last.
   * @throws {RuntimeError} `MESSAGES_DROPPED` where text is missing.
   */
  async take(kinds: readonly ItemKind[], signal?: AbortSignal): Promise<string | Buffer | null> {
    for (;;) {
      signal?.throwIfAborted()
      const item = this.takeNow(kinds)
      if (item !== undefined) return item
      if (this.#gap !== undefined && kinds.includes('text')) throw droppedError(this.#gap.dropped)
      if (this.#end?.error !== undefined) throw this.#end.error
      if (this.#end !== undefined) return null
      this.#changed ??= deferred()
      await this.#wait(this.#changed.promise, { kinds, signal })
    }
  }

  /** The next available item of the given kinds; nothing where text is missing, if text is requested. */
  takeNow(kinds: readonly ItemKind[]): string | Buffer | undefined {
    const [first] = kinds.map((kind) => this.#kept[kind]).sort((a, b) => orderOf(a) - orderOf(b))
    if (first === undefined) return undefined
    if (kinds.includes('text') && orderOf(first) > (this.#gap?.order ?? Infinity)) return undefined
    const entry = first.entries.shift()
    if (entry === undefined) return undefined
    first.bytes -= entry.item.length
    this.#regulate()
    this.#restartStall()
    return entry.item
  }

  async #wait(
    changed: Promise<void>,
    { kinds, signal }: { readonly kinds: readonly ItemKind[]; readonly signal: AbortSignal | undefined },
  ): Promise<void> {
    const only = kinds.length === 1 ? kinds[0] : undefined
    if (only !== undefined) this.#waiting[only] += 1
    try {
      await orAborted(changed, signal)
    } finally {
      if (only !== undefined) this.#waiting[only] -= 1
    }
  }

  #mustDropText(): boolean {
    return this.#gap !== undefined || (this.#textReaders === 0 && this.#kept.text.isFull)
  }

  #dropText(): void {
    this.#gap ??= { order: this.#order++, dropped: 0 }
    this.#gap.dropped += 1
    this.#owner.onTextDropped(this.#gap.dropped)
    this.#wake()
  }

  /** The kind that causes the pause, if any. */
  get #full(): ItemKind | undefined {
    if (this.#kept.binary.isFull) return 'binary'
    return this.#textReaders > 0 && this.#kept.text.isFull ? 'text' : undefined
  }

  #regulate(): void {
    const mustPause = this.#end === undefined && this.#full !== undefined
    if (mustPause === this.#isPaused) return
    this.#isPaused = mustPause
    this.#stall?.cancel()
    this.#stall = undefined
    if (!mustPause) {
      this.#owner.resume()
      return
    }
    this.#owner.pause()
    this.#watchStall()
  }

  #watchStall(): void {
    this.#stall = this.#owner.clock.after(
      STALL_MS,
      () => {
        const unread = this.#full
        this.#stall = undefined
        if (unread === undefined) return
        const isWaitedFor =
          unread === 'binary' ? this.#waiting.text > 0 || this.#owner.hasTextListener() : this.#waiting.binary > 0
        if (isWaitedFor) this.#owner.onStalled(unread)
        else this.#watchStall()
      },
      'background',
    )
  }

  /** An item was read, so there is a reader: while the queue is still full, the limit starts again. */
  #restartStall(): void {
    if (this.#stall === undefined) return
    this.#stall.cancel()
    this.#watchStall()
  }

  #wake(): void {
    this.#changed?.resolve()
    this.#changed = undefined
  }
}

function orderOf({ entries }: Kept): number {
  return entries[0]?.order ?? Infinity
}

function droppedError(dropped: number): RuntimeError {
  const text = `${String(dropped)} text messages of this channel were dropped: more than ${String(FULL_ITEMS)} of them, or ${String(FULL_BYTES)} characters, came before anything read them. Call \`onMessage()\`, \`messages()\` or \`items()\` before the writer sends them`
  return new RuntimeError(ErrorCode.MESSAGES_DROPPED, text)
}
