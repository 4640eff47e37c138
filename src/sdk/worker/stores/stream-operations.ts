/**
 * Inputs and results of stream operations, in the form of the protocol, and the interface of a store that serves
 * them. Knows nothing of where items are kept.
 */
import type { UpdateOp, UpdateOpError } from './update-op.js'

/* eslint-disable @typescript-eslint/no-explicit-any -- items are any JSON, as in the official package */
/** The item to read. */
export type StreamGetInput = { stream_name: string; group_id: string; item_id: string }
/** The item to write, and its place. */
export type StreamSetInput = { stream_name: string; group_id: string; item_id: string; data: any }
/** The item to remove. */
export type StreamDeleteInput = { stream_name: string; group_id: string; item_id: string }
/** The group whose items are listed. */
export type StreamListInput = { stream_name: string; group_id: string }
/** The stream whose groups are listed. */
export type StreamListGroupsInput = { stream_name: string }
/** The item to change, and how. */
export type StreamUpdateInput = {
  stream_name: string
  group_id: string
  item_id: string
  /** Applied in order and in one step. */
  ops: UpdateOp[]
}

/** The item before and after; `old_value` is null or absent for a new one. */
export type StreamSetResult<TData> = { old_value?: TData; new_value: TData }
/** The item before and after the operations; `old_value` is null or absent for a new one. */
export type StreamUpdateResult<TData> = {
  old_value?: TData
  new_value: TData
  /** Operations that were skipped; absent when there are none. */
  errors?: UpdateOpError[]
}
/** The removed item, if it existed. */
export type StreamDeleteResult = { old_value?: any }
/* eslint-enable @typescript-eslint/no-explicit-any */

/** A store of stream items: groups of items by id. */
export interface IStream<TData> {
  /** Reads an item; null when there is none. */
  get(input: StreamGetInput): Promise<TData | null>
  /** Writes an item and resolves with the item before and after. */
  set(input: StreamSetInput): Promise<StreamSetResult<TData> | null>
  /** Removes an item and resolves with what was removed. */
  delete(input: StreamDeleteInput): Promise<StreamDeleteResult>
  /** Reads all items of a group. */
  list(input: StreamListInput): Promise<TData[]>
  /** Lists the ids of the stream's groups. */
  listGroups(input: StreamListGroupsInput): Promise<string[]>
  /**
   * Applies the operations in order. A store given to `createStream` may give `null`: the item is then read with `get`,
   * changed, and written with `set`.
   */
  update(input: StreamUpdateInput): Promise<StreamUpdateResult<TData> | null>
}
