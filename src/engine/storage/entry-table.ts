/**
 * The entries of a store in memory: JSON text by space and key, in the order in which keys were first put. Text
 * isolates stored values from callers and gives their size; maps make hostile names harmless. Knows nothing of disks.
 */
import { JsonText } from '../../wire/protocol/json-text.js'
import { LARGE_JSON_CHARACTERS } from '../../wire/protocol/limits.js'
import type { JsonValue } from '../../wire/protocol/validate.js'
import { describe } from '../../std/text/describe.js'
import {
  StoreError,
  type Stored,
  type StoredList,
  type StoreErrorReason,
  type StoreLimits,
  type Write,
} from './store.js'

/** Maximum emptied spaces that stay listed. Above it, the one emptied first is removed. */
const MAX_EMPTY_SPACES = 10_000

interface Entry {
  /** Orders entries over all spaces; assigned once and never reused. */
  readonly place: number
  readonly text: string
  readonly bytes: number
}

/** An entry as a journal stores it: `text` is absent once the entry is deleted. */
export interface Change {
  readonly place: number
  readonly space: string
  readonly key: string
  readonly text: string | undefined
  /** The text before the change; absent if there was no entry. */
  readonly previous: string | undefined
}

type Encoded = { readonly write: Write; readonly text: string; readonly bytes: number }

export class EntryTable {
  readonly #limits: StoreLimits
  readonly #spaces = new Map<string, Map<string, Entry>>()
  readonly #emptySpaces = new Set<string>()
  #nextPlace = 1
  #totalBytes = 0

  constructor(limits: StoreLimits) {
    this.#limits = limits
  }

  get totalBytes(): number {
    return this.#totalBytes
  }

  get(space: string, key: string): Stored | undefined {
    const entry = this.#spaces.get(space)?.get(key)
    return entry === undefined ? undefined : decode(entry)
  }

  *entries(space: string): Iterable<readonly [string, Stored]> {
    for (const [key, entry] of this.#spaces.get(space) ?? []) yield [key, decode(entry)]
  }

  values(space: string): StoredList {
    const entries = [...(this.#spaces.get(space)?.values() ?? [])]
    const characters = entries.reduce((sum, { text }) => sum + text.length, 0)
    if (characters <= LARGE_JSON_CHARACTERS) return entries.map(({ text }) => JSON.parse(text) as JsonValue)
    return new JsonText(`[${entries.map(({ text }) => text).join(',')}]`)
  }

  spaces(): Iterable<string> {
    return this.#spaces.keys()
  }

  /** Counts a write that a limit refuses, and returns its error. */
  refusal(reason: StoreErrorReason, message: string): StoreError {
    const { counters } = this.#limits
    if (counters !== undefined) counters.refused.writes += 1
    return new StoreError(reason, message)
  }

  /** Restores a stored entry. Entries come in the order of their places. */
  restore(change: Omit<Change, 'text' | 'previous'> & { readonly text: string }): void {
    this.#nextPlace = Math.max(this.#nextPlace, change.place + 1)
    this.#put(change, { place: change.place, text: change.text, bytes: bytesOf(change.key, change.text) })
  }

  /** Reverts changes that could not be stored, the latest first. Entries return to their old place. */
  revert(changes: readonly Change[]): void {
    const returned = new Set<string>()
    for (const change of [...changes].reverse()) {
      const { place, space, key, text, previous } = change
      if (previous === undefined) this.#delete({ space, key })
      else this.#put({ space, key }, { place, text: previous, bytes: bytesOf(key, previous) })
      if (text === undefined) returned.add(space)
    }
    for (const space of returned) this.#sort(space)
  }

  #sort(space: string): void {
    const keys = this.#spaces.get(space)
    if (keys !== undefined) this.#spaces.set(space, new Map([...keys].sort(([, a], [, b]) => a.place - b.place)))
  }

  /**
   * Makes all changes of a batch, or none if one of them is refused.
   * @throws {StoreError} `value_too_large`, `full`, `not_json`.
   */
  apply(batch: readonly Write[]): Change[] {
    const encoded = batch.map((write) => this.#encode(write))
    this.#checkTotal(encoded)
    return encoded.map((change) => this.#change(change)).filter((change) => change !== undefined)
  }

  #encode(write: Write): Encoded {
    if (write.kind === 'delete') return { write, text: '', bytes: 0 }
    const text = encode(write.value)
    const valueBytes = Buffer.byteLength(text)
    const { maxValueBytes } = this.#limits
    if (valueBytes > maxValueBytes) {
      throw this.refusal('value_too_large', `The value has ${valueBytes} bytes as JSON; at most ${maxValueBytes} fit`)
    }
    return { write, text, bytes: valueBytes + Buffer.byteLength(write.key) }
  }

  #checkTotal(encoded: readonly Encoded[]): void {
    let total = this.#totalBytes
    let grows = false
    for (const { write, bytes } of encoded) {
      const replaced = this.#spaces.get(write.space)?.get(write.key)?.bytes ?? 0
      grows ||= bytes > replaced
      total += bytes - replaced
    }
    const { maxTotalBytes } = this.#limits
    // Deletions are allowed in a full store.
    if (grows && total > maxTotalBytes) {
      throw this.refusal('full', `The store would hold ${total} bytes; at most ${maxTotalBytes} fit. Delete some keys.`)
    }
  }

  #change({ write, text, bytes }: Encoded): Change | undefined {
    const { space, key } = write
    const current = this.#spaces.get(space)?.get(key)
    if (write.kind === 'put') {
      const place = current?.place ?? this.#nextPlace++
      this.#put({ space, key }, { place, text, bytes })
      return { place, space, key, text, previous: current?.text }
    }
    if (current === undefined) return undefined
    this.#delete(write)
    return { place: current.place, space, key, text: undefined, previous: current.text }
  }

  #put({ space, key }: { readonly space: string; readonly key: string }, entry: Entry): void {
    let keys = this.#spaces.get(space)
    if (keys === undefined) {
      keys = new Map()
      this.#spaces.set(space, keys)
    }
    this.#emptySpaces.delete(space)
    this.#totalBytes += entry.bytes - (keys.get(key)?.bytes ?? 0)
    keys.set(key, entry)
  }

  #delete({ space, key }: Pick<Write, 'space' | 'key'>): void {
    const keys = this.#spaces.get(space)
    this.#totalBytes -= keys?.get(key)?.bytes ?? 0
    keys?.delete(key)
    if (keys?.size === 0) this.#emptySpaces.add(space)
    const [oldest] = this.#emptySpaces
    if (this.#emptySpaces.size <= MAX_EMPTY_SPACES || oldest === undefined) return
    this.#emptySpaces.delete(oldest)
    this.#spaces.delete(oldest)
  }
}

function bytesOf(key: string, text: string): number {
  return Buffer.byteLength(key) + Buffer.byteLength(text)
}

function encode(value: Stored): string {
  if (value instanceof JsonText) return value.text
  let text: string | undefined
  let cause: unknown
  try {
    // The declared type omits that functions and symbols give `undefined`.
    text = JSON.stringify(value)
  } catch (error) {
    cause = error
  }
  if (text !== undefined) return text
  const reason = cause instanceof Error ? cause.message : `it is ${describe(value)}`
  throw new StoreError('not_json', `The value cannot be serialised as JSON: ${reason}`, { cause })
}

function decode(entry: Entry): Stored {
  if (entry.text.length > LARGE_JSON_CHARACTERS) return new JsonText(entry.text)
  // The text was created by `encode`, here or before the store was last closed.
  return JSON.parse(entry.text) as JsonValue
}
