/**
 * The interface through which built-ins store values: keys in named spaces, JSON in, JSON out. Reads answer from memory
 * at once, so reading and writing a key in one event-loop tick is atomic. A write resolves once it is as durable as the
 * store allows. Knows nothing of the meaning of values.
 */
import { JsonText } from '../../wire/protocol/json-text.js'
import type { JsonValue } from '../../wire/protocol/validate.js'
import { type ErrorCode, InvocationError } from '../../errors.js'

/** A value in a store; a large one is text. */
export type Stored = JsonValue | JsonText

/** Values of a space; one text if they are large together. */
export type StoredList = JsonValue[] | JsonText

/** One change of a batch. */
export type Write =
  | { readonly kind: 'put'; readonly space: string; readonly key: string; readonly value: Stored }
  | { readonly kind: 'delete'; readonly space: string; readonly key: string }

export interface Store {
  /** A copy of the value that the caller may modify; `undefined` if there is none. */
  get(space: string, key: string): Stored | undefined
  /** Copies of the values of a space in the order their keys were first put. A key put again keeps its place. */
  entries(space: string): Iterable<readonly [key: string, value: Stored]>
  /** Values of a space in the order of `entries`; as one text if they are large together. */
  values(space: string): StoredList
  /**
   * Names of spaces in order of creation. An emptied one stays listed until the store closes, or until too many are.
   */
  spaces(): Iterable<string>
  /**
   * Makes all changes or none. They are readable at once; the promise resolves when they are stored: in memory, or on
   * disk if the store is durable.
   * @throws {StoreError} as a rejection; nothing was changed.
   */
  write(batch: readonly Write[]): Promise<void>
  /** Waits for pending writes and releases all resources; later calls are refused. */
  close(): Promise<void>
}

/** Maximum entries that one inspection lists. */
const MAX_LISTED = 1_000

/**
 * Keys and values of a space whose keys contain a text, for an inspection. Large values are `undefined`; they are read
 * one at a time. At most 1,000 are listed; `isCut` says whether there are more.
 */
export function listEntries(store: Store | undefined, space: string, search: unknown): object {
  const entries: { key: string; value: unknown }[] = []
  for (const [key, value] of store?.entries(space) ?? []) {
    if (typeof search === 'string' && !key.includes(search)) continue
    if (entries.length === MAX_LISTED) return { entries, isCut: true }
    entries.push({ key, value: JsonText.is(value) ? undefined : value })
  }
  return { entries, isCut: false }
}

/** Limits of a store. */
export interface StoreLimits {
  /** UTF-8 bytes of one value as JSON. When it is exceeded: `value_too_large`. */
  readonly maxValueBytes: number
  /** UTF-8 bytes of all values and keys. When it is exceeded: `full`. */
  readonly maxTotalBytes: number
  /** Counts writes that a limit refused. */
  readonly counters?: { readonly refused: { writes: number } } | undefined
}

/**
 * Why a store refused a write. `failed`: the disk refused it repeatedly; the change was reverted, and later writes are
 * tried again. `busy`: too many writes wait for the disk.
 */
export type StoreErrorReason = 'value_too_large' | 'full' | 'not_json' | 'busy' | 'failed' | 'closed'

export class StoreError extends Error {
  readonly reason: StoreErrorReason

  constructor(reason: StoreErrorReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.reason = reason
  }
}

/**
 * Waits for a write.
 * @throws {InvocationError} with the code that `codeOf` gives for the refusal of the store; any other error unchanged.
 */
export async function orAnswer(write: Promise<void>, codeOf: (refusal: StoreError) => ErrorCode): Promise<void> {
  try {
    await write
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause
    throw new InvocationError({ code: codeOf(cause), message: cause.message }, { cause })
  }
}
