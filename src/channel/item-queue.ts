/**
 * Items of a channel between the socket and whoever reads them. Text and bytes can be taken apart or together in
 * arrival order. Says when it is full, so that the socket is not read faster than its items are taken.
 */
import { deferred, type Deferred } from '../std/deferred.js'

/** Bytes kept before the socket is paused. */
const FULL_BYTES = 1024 * 1024

/** Items kept before the socket is paused, whatever their size. */
const FULL_ITEMS = 1024

type Kind = 'text' | 'binary'

interface Entry {
  readonly order: number
  readonly item: string | Buffer
}

/** What the queue tells the socket. */
export interface FlowControl {
  readonly pause: () => void
  readonly resume: () => void
}

export class ItemQueue {
  readonly #flow: FlowControl
  readonly #entries: Record<Kind, Entry[]> = { text: [], binary: [] }
  #order = 0
  #bytes = 0
  #isPaused = false
  #changed: Deferred<void> | undefined
  #end: { readonly error: Error | undefined } | undefined

  constructor(flow: FlowControl) {
    this.#flow = flow
  }

  /** Bytes kept, and UTF-16 units of text. */
  get bytes(): number {
    return this.#bytes
  }

  /** Keeps an item; after the end, what still comes is dropped: whoever ended the queue forgot what was before it. */
  push(item: string | Buffer): void {
    if (this.#end !== undefined) return
    const kind = typeof item === 'string' ? 'text' : 'binary'
    this.#entries[kind].push({ order: this.#order++, item })
    this.#bytes += item.length
    if (this.#isFull && !this.#isPaused) {
      this.#isPaused = true
      this.#flow.pause()
    }
    this.#wake()
  }

  /** No more items will come; with an error, readers hear of it after what is left. */
  finish(error: Error | undefined): void {
    this.#end ??= { error }
    this.#wake()
  }

  /** Forgets what is left. */
  clear(): void {
    this.#entries.text = []
    this.#entries.binary = []
    this.#bytes = 0
  }

  /** The next item of the kinds asked for; `null` after the last. */
  async take(kinds: readonly Kind[], signal?: AbortSignal): Promise<string | Buffer | null> {
    for (;;) {
      signal?.throwIfAborted()
      const item = this.takeNow(kinds)
      if (item !== undefined) return item
      if (this.#end?.error !== undefined) throw this.#end.error
      if (this.#end !== undefined) return null
      this.#changed ??= deferred()
      await orAborted(this.#changed.promise, signal)
    }
  }

  /** The next item if there is one. */
  takeNow(kinds: readonly Kind[]): string | Buffer | undefined {
    const [first] = kinds
      .filter((kind) => this.#entries[kind].length > 0)
      .sort((a, b) => (this.#entries[a][0]?.order ?? 0) - (this.#entries[b][0]?.order ?? 0))
    const entry = first === undefined ? undefined : this.#entries[first].shift()
    if (entry === undefined) return undefined
    this.#bytes -= entry.item.length
    if (this.#isPaused && !this.#isFull) {
      this.#isPaused = false
      this.#flow.resume()
    }
    return entry.item
  }

  get #isFull(): boolean {
    return this.#bytes >= FULL_BYTES || this.#entries.text.length + this.#entries.binary.length >= FULL_ITEMS
  }

  #wake(): void {
    this.#changed?.resolve()
    this.#changed = undefined
  }
}

async function orAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return promise
  const aborted = deferred<never>()
  const onAbort = (): void => {
    aborted.reject(signal.reason)
  }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
