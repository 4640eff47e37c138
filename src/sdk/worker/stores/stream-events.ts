/**
 * Defines the inputs and results of functions bound to streams: changes of items, clients that join and leave, and
 * the authentication of clients of the stream server.
 */

/* eslint-disable @typescript-eslint/no-explicit-any -- contexts and items are any JSON, as in the official package */
/** Payload of the auth function of the stream port. Header names are lower-case. */
export interface StreamAuthInput {
  /** Headers of the HTTP upgrade; names are lower-case. */
  headers: Record<string, string>
  /** Path of the HTTP upgrade. */
  path: string
  /** Query parameters of the HTTP upgrade, each with all its values. */
  query_params: Record<string, string[]>
  /** Address of the client. */
  addr: string
}

/** Result of this auth function. */
export interface StreamAuthResult {
  /** Handed to join and leave handlers. */
  context?: any
}

/** Context of a client, from the auth function. */
export type StreamContext = StreamAuthResult['context']

/** Payload of functions bound to `stream:join` and `stream:leave`. */
export interface StreamJoinLeaveEvent {
  /** The id that the client gave its subscription. */
  subscription_id: string
  /** The stream. */
  stream_name: string
  /** The group of the stream. */
  group_id: string
  /** The item subscribed to; null or absent for the whole group. */
  id?: string
  /** Context of the client, from the auth function. */
  context?: StreamContext
}

/** Result of a `stream:join` handler. */
export interface StreamJoinResult {
  /** True refuses the client. */
  unauthorized: boolean
}

/** Kinds of changes of an item. */
export const StreamEventType = { Create: 'create', Update: 'update', Delete: 'delete' } as const
/** One of the changes in `StreamEventType`. */
export type StreamEventType = (typeof StreamEventType)[keyof typeof StreamEventType]

/** The change itself. */
export type StreamChangeEventDetail = {
  type: StreamEventType
  /** The item; the removed one after a delete. */
  data: any
}
/* eslint-enable @typescript-eslint/no-explicit-any */

/** An item of a stream has changed. The engine spells these members in camelCase. */
export interface StreamChangeEvent {
  /** Always `stream`. */
  type: 'stream'
  /** Milliseconds since 1970. */
  timestamp: number
  /** The stream. */
  streamName: string
  /** The group of the stream. */
  groupId: string
  /** The item that has changed. */
  id?: string
  /** The kind of the change and the item. */
  event: StreamChangeEventDetail
}

/** Event of `stream::send`, for a group or an item. It changes no item. */
export interface StreamSentEvent extends Omit<StreamChangeEvent, 'event'> {
  /** The event: its type and its data, as the sender chose them. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- data is any JSON, as in the official package
  event: { type: 'event'; event: { type: string; data: any } }
}
