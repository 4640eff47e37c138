/**
 * What the operations of state take and answer, in the shape of the wire, and the event that a change fires.
 */
import type { UpdateOp, UpdateOpError } from './update-op.js'

/* eslint-disable @typescript-eslint/no-explicit-any -- values are any JSON, as in the official package */
export type StateGetInput = { scope: string; key: string }
export type StateSetInput = { scope: string; key: string; value: any }
export type StateDeleteInput = { scope: string; key: string }
export type StateListInput = { scope: string }
export type StateUpdateInput = {
  scope: string
  key: string
  /** Applied in order and in one step. */
  ops: UpdateOp[]
}

/** The value before and after; `old_value` is null or absent for a new key. */
export type StateSetResult<TData> = { old_value?: TData; new_value: TData }
export type StateUpdateResult<TData> = {
  old_value?: TData
  new_value: TData
  /** Operations that were skipped; absent when there are none. */
  errors?: UpdateOpError[]
}
/** The value that was removed, if there was one. */
export type StateDeleteResult = { old_value?: any }

/** How a value changed. An enum, as in the official package, so that it serves as type and value. */
// eslint-disable-next-line no-restricted-syntax -- drop-in: the official package exports this enum
export enum StateEventType {
  Created = 'state:created',
  Updated = 'state:updated',
  Deleted = 'state:deleted',
}

/** What a function bound to the trigger type `state` receives. */
export interface StateEventData<TData = any> {
  type: 'state'
  event_type: StateEventType
  scope: string
  key: string
  /** Null when there was none. */
  old_value?: TData
  /** Null when there is none any more. */
  new_value?: TData
}
/* eslint-enable @typescript-eslint/no-explicit-any */

/** Values by scope and key. */
export interface IState {
  get<TData>(input: StateGetInput): Promise<TData | null>
  set<TData>(input: StateSetInput): Promise<StateSetResult<TData> | null>
  delete(input: StateDeleteInput): Promise<StateDeleteResult>
  list<TData>(input: StateListInput): Promise<TData[]>
  update<TData>(input: StateUpdateInput): Promise<StateUpdateResult<TData> | null>
}
