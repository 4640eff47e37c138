/**
 * What happens on a stream, as bound functions and joined sockets are told: one wrapper, in camelCase.
 */
import { JsonText, withTextMembers } from '../../../wire/protocol/json-text.js'
import type { Stored } from '../../storage/store.js'

/** Something that happened to an item, or that was sent to a stream. */
export type StreamChange =
  | { readonly type: 'create' | 'update' | 'delete'; readonly data: Stored }
  | { readonly type: 'event'; readonly event: { readonly type: string; readonly data: Stored } }

/** What a socket alone is told, about its own subscription. */
export type StreamNotice = { readonly type: 'sync'; readonly data: Stored } | { readonly type: 'unauthorized' }

/** The wrapper; `timestamp` is in milliseconds since 1970, `id` null when the whole group is meant. */
export interface StreamMessage<E = StreamChange> {
  readonly type: 'stream'
  readonly timestamp: number
  readonly streamName: string
  readonly groupId: string
  readonly id: string | null
  readonly event: E
}

/** The part of a stream that a message is about or a subscription is for. */
export interface StreamTarget {
  readonly streamName: string
  readonly groupId: string
  readonly id: string | null
}

export function streamMessage<E>({ streamName, groupId, id }: StreamTarget, event: E, nowMs: number): StreamMessage<E> {
  return { type: 'stream', timestamp: nowMs, streamName, groupId, id, event }
}

/** The message as a function receives it; text when it holds a large value. */
export function payloadOf(message: StreamMessage<unknown>): unknown {
  return withTextMembers(message, 3)
}

/** The message as a socket receives it. */
export function textOf(message: StreamMessage<unknown>): string {
  const payload = payloadOf(message)
  return payload instanceof JsonText ? payload.text : JSON.stringify(payload)
}
