/**
 * Follows a group or an item of a stream over the stream port. After each reconnect, and after the page has fallen too far
 * behind, the engine sends the present content again, so a page that handles `sync` is never left with old items.
 */
import { Connection } from '../connection/connection.js'
import { checkAddress, connectionOptions, type ReconnectionOptions } from '../connection/options.js'
import { resolveReconnection } from '../connection/reconnection.js'
import type { IIIConnectionState } from '../connection/state.js'
import { endedError } from '../connection/closed-error.js'
import { ErrorCode, WebSocketError } from '../../errors.js'
import { deferred, type Deferred } from '../../std/async/deferred.js'
import { Emitter, type Unsubscribe } from '../../std/async/emitter.js'
import { webRandom } from '../../std/web-random.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { webDial, type WebPlatform } from '../../wire/transport/web-transport.js'
import { checkFunction, checkId, checkRecord } from '../worker/check.js'
import { withTicket } from './options.js'

/** Options of `followStream`. */
export type FollowOptions = {
  /** The stream. */
  stream: string
  /** The group of the stream. */
  group: string
  /** One item of the group. Default: the whole group. */
  item?: string | undefined
  /** Returns a ticket for each attempt to connect: the query parameter `ticket` of the handshake, for the auth function. */
  ticket?: (() => string | Promise<string>) | undefined
  /** Reconnect settings. */
  reconnectionConfig?: ReconnectionOptions | undefined
}

/**
 * What a follower yields: the whole content (`sync`), a change of one item, or an event that was sent to the stream.
 * The content is a list of items for a group, and the item or `null` for an item.
 */
export type StreamUpdate<T, Content> =
  | { readonly type: 'sync'; readonly data: Content }
  | { readonly type: 'create' | 'update' | 'delete'; readonly id: string; readonly data: T }
  | {
      readonly type: 'event'
      readonly id: string | null
      readonly event: { readonly type: string; readonly data: unknown }
    }

/** Follows a stream. Iterate it once: each update is delivered to one loop. Leaving the loop closes it. */
export interface StreamFollower<T, Content> extends AsyncIterable<StreamUpdate<T, Content>> {
  /** Stops following; a loop over it ends. */
  close(): Promise<void>
  /** The state of the connection. */
  getConnectionState(): IIIConnectionState
  /** Calls back with each new connection state, until the returned function is called. */
  onConnectionStateChange(callback: (state: IIIConnectionState) => void): Unsubscribe
}

/** Maximum number of unread updates. Further ones are replaced by the current content. */
const MAX_KEPT_UPDATES = 1_000

/** Follows a stream with the sockets of a platform. */
export function followOn<T, Content>(
  platform: WebPlatform,
  url: string,
  options: FollowOptions,
): StreamFollower<T, Content> {
  const { stream, group, item, ticket } = checkRecord('options', options) as FollowOptions
  if (item !== undefined) checkId('item', item)
  if (ticket !== undefined) checkFunction('ticket', ticket)
  const subscriptionId = webRandom.uuid()
  const data = { subscriptionId, streamName: checkId('stream', stream), groupId: checkId('group', group), id: item }
  const frames = {
    join: JSON.stringify({ type: 'join', data }),
    leave: JSON.stringify({ type: 'leave', data }),
  }
  const dial = webDial({ ...platform, addressOf: (address) => withTicket(address, ticket) })
  const settings = connectionOptions([checkAddress(url)], resolveReconnection(options.reconnectionConfig))
  return new Follower({ dial, settings, frames, clock: platform.clock })
}

interface FollowerParts {
  readonly dial: ReturnType<typeof webDial>
  readonly clock: WebPlatform['clock']
  readonly settings: ReturnType<typeof connectionOptions>
  readonly frames: { readonly join: string; readonly leave: string }
}

class Follower<T, Content> implements StreamFollower<T, Content> {
  readonly #frames: FollowerParts['frames']
  readonly #connection: Connection
  readonly #states = new Emitter<IIIConnectionState>(() => undefined)
  #updates: StreamUpdate<T, Content>[] = []
  #arrived: Deferred<void> | undefined
  #refusal: WebSocketError | undefined
  #isClosed = false

  constructor({ dial, clock, settings, frames }: FollowerParts) {
    this.#frames = frames
    this.#connection = new Connection({ dial, clock, random: webRandom }, settings, {
      headers: () => ({}),
      opened: (send) => send(frames.join),
      frame: (text) => this.#receive(text),
      lost: () => undefined,
      ended: () => this.#wake(),
      stateChanged: (state) => this.#states.emit(state),
    })
    this.#connection.connect()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamUpdate<T, Content>, void> {
    try {
      for (;;) {
        const update = this.#updates.shift()
        if (update !== undefined) yield update
        else if (this.#isClosed) return
        else if (this.#refusal !== undefined) throw this.#refusal
        else if (this.#connection.isOver) throw endedError(this.#connection.failure, this.#connection.state)
        else await (this.#arrived ??= deferred()).promise
      }
    } finally {
      void this.close()
    }
  }

  close(): Promise<void> {
    this.#isClosed = true
    this.#wake()
    return this.#connection.close()
  }

  getConnectionState(): IIIConnectionState {
    return this.#connection.state
  }

  onConnectionStateChange(callback: (state: IIIConnectionState) => void): Unsubscribe {
    checkFunction('callback', callback)
    return this.#states.on(callback)
  }

  #receive(text: string): void {
    const message: unknown = JSON.parse(text)
    const event = isRecord(message) && isRecord(message['event']) ? message['event'] : undefined
    if (!isRecord(message) || event === undefined) return
    if (event['type'] === 'unauthorized') {
      this.#refusal = new WebSocketError(ErrorCode.FORBIDDEN, 'The engine refused the stream')
      void this.#connection.fail(this.#refusal)
    } else {
      if (this.#updates.length === MAX_KEPT_UPDATES) this.#startOver()
      // The shape is that of the engine; the types of items are the caller's to name.
      this.#updates.push({ id: message['id'], ...event } as unknown as StreamUpdate<T, Content>)
    }
    this.#wake()
  }

  /** Drops the updates that were kept, and has the engine send the present content. */
  #startOver(): void {
    this.#updates = []
    this.#connection.sendIfOpen(this.#frames.leave)
    this.#connection.sendIfOpen(this.#frames.join)
  }

  #wake(): void {
    this.#arrived?.resolve()
    this.#arrived = undefined
  }
}
