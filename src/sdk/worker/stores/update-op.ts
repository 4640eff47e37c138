/**
 * Operations that change a stored value in one step, as `state::update` and `stream::update` take them. Describes and
 * makes them; applying them is the engine's work.
 */
import { invalidArgument } from '../../../errors.js'
import { isRecord } from '../../../wire/protocol/validate.js'

/**
 * Path of an operation: a key, or a list of keys from the root. Keys are literal, a dot never splits one; the
 * empty string, the empty list and absence mean the root. At most 32 keys of 256 bytes.
 */
export type MergePath = string | string[]

/* eslint-disable @typescript-eslint/no-explicit-any -- stored values are any JSON, as in the official package */
/** Sets one first-level key; the empty path replaces the whole value. */
export type UpdateSet = { type: 'set'; path: string; value: any }
/** Merges the members of an object at a path, one level deep; creates missing parent objects. */
export type UpdateMerge = { type: 'merge'; path?: MergePath; value: any }
/** Adds a whole number to a first-level key; a missing value counts as 0. */
export type UpdateIncrement = { type: 'increment'; path: string; by: number }
/** Subtracts a whole number from a first-level key; a missing value counts as 0. */
export type UpdateDecrement = { type: 'decrement'; path: string; by: number }
/** Appends to a list or a string; creates a missing one. */
export type UpdateAppend = { type: 'append'; path?: MergePath; value: any }
/* eslint-enable @typescript-eslint/no-explicit-any */
/** Removes one first-level key. */
export type UpdateRemove = { type: 'remove'; path: string }

/** One operation on a stored value. */
export type UpdateOp = UpdateSet | UpdateMerge | UpdateIncrement | UpdateDecrement | UpdateAppend | UpdateRemove

/** Reason why an operation was skipped. */
export type UpdateOpError = {
  /** Position of the operation in `ops`, from 0. */
  op_index: number
  code: string
  message: string
  doc_url?: string
}

/**
 * Creates update operations; throws for invalid ones.
 * @example
 * const ops = [UpdateOp.increment('visits', 1), UpdateOp.merge({ lang: 'en' }, ['settings'])]
 */
export const UpdateOp = {
  set: (path: string, value: unknown): UpdateSet => ({ type: 'set', path: checkKey(path), value: value ?? null }),
  merge: (value: Record<string, unknown>, path?: MergePath): UpdateMerge => {
    if (!isRecord(value)) throw invalidArgument('value', 'an object', value)
    return { type: 'merge', value, ...at(path) }
  },
  increment: (path: string, by: number): UpdateIncrement => ({
    type: 'increment',
    path: checkKey(path),
    by: whole(by),
  }),
  decrement: (path: string, by: number): UpdateDecrement => ({
    type: 'decrement',
    path: checkKey(path),
    by: whole(by),
  }),
  append: (value: unknown, path?: MergePath): UpdateAppend => ({ type: 'append', value: value ?? null, ...at(path) }),
  remove: (path: string): UpdateRemove => ({ type: 'remove', path: checkKey(path) }),
} as const

function checkKey(path: unknown): string {
  if (typeof path !== 'string') throw invalidArgument('path', 'a string', path)
  return path
}

function whole(by: unknown): number {
  if (!Number.isSafeInteger(by)) throw invalidArgument('by', 'a whole number', by)
  return by as number
}

function at(path: unknown): { path?: MergePath } {
  if (path === undefined) return {}
  const isPath = typeof path === 'string' || (Array.isArray(path) && path.every((key) => typeof key === 'string'))
  if (!isPath) throw invalidArgument('path', 'a string or a list of strings', path)
  return { path }
}
