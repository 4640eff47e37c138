/**
 * Where built-ins keep values: keys in named spaces, JSON in, JSON out. Reads answer from memory at once, so whoever
 * reads and writes in one turn of the event loop has changed a key atomically; a write resolves once it is as safe as
 * the store can make it. Knows nothing of what the values mean.
 */
import type { JsonText } from '../../wire/protocol/json-text.js'
import type { JsonValue } from '../../wire/protocol/validate.js'
import { type ErrorCode, InvocationError } from '../../errors.js'

/** A value in a store; a large one is text. */
export type Stored = JsonValue | JsonText

/** One change of a batch. */
export type Write =
  | { readonly kind: 'put'; readonly space: string; readonly key: string; readonly value: Stored }
  | { readonly kind: 'delete'; readonly space: string; readonly key: string }

export interface Store {
  /** A copy of the value that the caller may keep and change; `undefined` when there is none. */
  get(space: string, key: string): Stored | undefined
  /** Copies of a space's values in the order their keys were first put. A key put again keeps its place. */
  entries(space: string): Iterable<readonly [key: string, value: Stored]>
  /** Values of a space in the order of `entries`; as one text when they are large together. */
  values(space: string): Stored
  /** Names of spaces in the order they came. An emptied one stays listed until the store closes, or too many are. */
  spaces(): Iterable<string>
  /**
   * Makes all changes or none. They are readable at once; the promise resolves when they are kept: in memory, or on
   * disk when the store is durable.
   * @throws {StoreError} as a rejection; nothing was changed.
   */
  write(batch: readonly Write[]): Promise<void>
  /** Waits for writes under way and gives everything free; later calls are refused. */
  close(): Promise<void>
}

/** Caps of a store. */
export interface StoreLimits {
  /** UTF-8 bytes of one value as JSON. Beyond: `value_too_large`. */
  readonly maxValueBytes: number
  /** UTF-8 bytes of all values and keys. Beyond: `full`. */
  readonly maxTotalBytes: number
  /** Where writes that a cap refused are counted. */
  readonly counters?: { readonly refused: { writes: number } } | undefined
}

/**
 * Why a store refused a write. `failed`: the disk did, repeatedly; the change was reverted, and later writes are tried
 * again. `busy`: the disk lags too far behind.
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
 * @throws {InvocationError} with the code `codeOf` gives for the store's refusal; anything else as it is.
 */
export async function orAnswer(write: Promise<void>, codeOf: (refusal: StoreError) => ErrorCode): Promise<void> {
  try {
    await write
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause
    throw new InvocationError({ code: codeOf(cause), message: cause.message }, { cause })
  }
}
