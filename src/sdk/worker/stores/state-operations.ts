/**
 * Inputs and results of state operations, in the form of the protocol, and the event of a change.
 */
import type { UpdateOp, UpdateOpError } from './update-op.js'

/* eslint-disable @typescript-eslint/no-explicit-any -- values are any JSON, as in the official package */
/** The value to read. */
export type StateGetInput = { scope: string; key: string }
/** The value to write, and its place. */
export type StateSetInput = { scope: string; key: string; value: any }
/** The value to remove. */
export type StateDeleteInput = { scope: string; key: string }
/** The scope whose values are listed. */
export type StateListInput = { scope: string }
/** The value to change, and how. */
export type StateUpdateInput = {
  scope: string
  key: string
  /** Applied in order and in one step. */
  ops: UpdateOp[]
}

/** The value before and after; `old_value` is null or absent for a new key. */
export type StateSetResult<TData> = { old_value?: TData; new_value: TData }
/** The value before and after the operations; `old_value` is null or absent for a new key. */
export type StateUpdateResult<TData> = {
  old_value?: TData
  new_value: TData
  /** Operations that were skipped; absent when there are none. */
  errors?: UpdateOpError[]
}
/** The removed value, if it existed. */
export type StateDeleteResult = { old_value?: any }

/** How a value changed. An enum, as in the official package, so that it serves as type and value. */
// eslint-disable-next-line no-restricted-syntax -- drop-in: the official package exports this enum
export enum StateEventType {
  /** The key was new. */
  Created = 'state:created',
  /** The key had a value. */
  Updated = 'state:updated',
  /** The key was removed. */
  Deleted = 'state:deleted',
}

/** Payload of a function bound to `state`. */
export interface StateEventData<TData = any> {
  /** Always `state`. */
  type: 'state'
  /** How the value changed. */
  event_type: StateEventType
  /** The scope of the value. */
  scope: string
  /** The key of the value within its scope. */
  key: string
  /** Null when there was none. */
  old_value?: TData
  /** Null when there is none any more. */
  new_value?: TData
}
/* eslint-enable @typescript-eslint/no-explicit-any */

/** Values by scope and key. */
export interface IState {
  /** Reads a value; null when there is none. */
  get<TData>(input: StateGetInput): Promise<TData | null>
  /** Writes a value and resolves with the value before and after. */
  set<TData>(input: StateSetInput): Promise<StateSetResult<TData> | null>
  /** Removes a value and resolves with what was removed. */
  delete(input: StateDeleteInput): Promise<StateDeleteResult>
  /** Reads all values of a scope. */
  list<TData>(input: StateListInput): Promise<TData[]>
  /** Applies operations to a value in order, in one step. */
  update<TData>(input: StateUpdateInput): Promise<StateUpdateResult<TData> | null>
}
