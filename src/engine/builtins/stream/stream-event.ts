/** Messages about a stream for bound functions and clients: one format, in camelCase. */
import { JsonText, withTextMembers } from '../../../wire/protocol/json-text.js'
import type { Stored } from '../../storage/store.js'

/** A change of an item, or an event sent to a stream. */
export type StreamChange =
  | { readonly type: 'create' | 'update' | 'delete'; readonly data: Stored }
  | { readonly type: 'event'; readonly event: { readonly type: string; readonly data: Stored } }

/** A message to one client about its own subscription. */
export type StreamNotice = { readonly type: 'sync'; readonly data: Stored } | { readonly type: 'unauthorized' }

/** The message; `timestamp` is in milliseconds since 1970, `id` is null for the whole group. */
export interface StreamMessage<E = StreamChange> {
  readonly type: 'stream'
  readonly timestamp: number
  readonly streamName: string
  readonly groupId: string
  readonly id: string | null
  readonly event: E
}

/** The target of a message or a subscription. */
export interface StreamTarget {
  readonly streamName: string
  readonly groupId: string
  readonly id: string | null
}

export function streamMessage<E>({ streamName, groupId, id }: StreamTarget, event: E, nowMs: number): StreamMessage<E> {
  return { type: 'stream', timestamp: nowMs, streamName, groupId, id, event }
}

/** The message as a function receives it; text if it contains a large value. */
export function payloadOf(message: StreamMessage<unknown>): unknown {
  return withTextMembers(message, 3)
}

/** The message as a client receives it. */
export function textOf(message: StreamMessage<unknown>): string {
  const payload = payloadOf(message)
  return payload instanceof JsonText ? payload.text : JSON.stringify(payload)
}
