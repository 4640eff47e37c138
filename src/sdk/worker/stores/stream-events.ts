/**
 * Defines the inputs and results of functions bound to streams: changes of items, clients that join and leave, and
 * the authentication of clients of the stream server.
 */

/* eslint-disable @typescript-eslint/no-explicit-any -- contexts and items are any JSON, as in the official package */
/** What the stream server's auth function is asked. Header names are lower-case. */
export interface StreamAuthInput {
  headers: Record<string, string>
  path: string
  query_params: Record<string, string[]>
  /** Address of the client. */
  addr: string
}

/** What the auth function answers. */
export interface StreamAuthResult {
  /** Handed to join and leave handlers. */
  context?: any
}

export type StreamContext = StreamAuthResult['context']

/** A client has asked to join, or has left. */
export interface StreamJoinLeaveEvent {
  subscription_id: string
  stream_name: string
  group_id: string
  /** The item subscribed to; null or absent for the whole group. */
  id?: string
  context?: StreamContext
}

/** What a `stream:join` handler answers. */
export interface StreamJoinResult {
  /** True refuses the client. */
  unauthorized: boolean
}

/** How an item changed. */
export const StreamEventType = { Create: 'create', Update: 'update', Delete: 'delete' } as const
export type StreamEventType = (typeof StreamEventType)[keyof typeof StreamEventType]

export type StreamChangeEventDetail = {
  type: StreamEventType
  /** The item; the removed one after a delete. */
  data: any
}
/* eslint-enable @typescript-eslint/no-explicit-any */

/** An item of a stream has changed. The engine spells these members in camelCase. */
export interface StreamChangeEvent {
  type: 'stream'
  /** Milliseconds since 1970. */
  timestamp: number
  streamName: string
  groupId: string
  id?: string
  event: StreamChangeEventDetail
}

/** What `stream::send` delivers: an event of the caller's own, about a group or one item; nothing has changed. */
export interface StreamSentEvent extends Omit<StreamChangeEvent, 'event'> {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- data is any JSON, as in the official package
  event: { type: 'event'; event: { type: string; data: any } }
}
