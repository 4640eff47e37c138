/**
 * One client of the stream server: its subscriptions and its requests, handled in order, one at a time. Frames that are
 * neither a join nor a leave are ignored.
 */
import { isRecord } from '../../../wire/protocol/validate.js'
import { joinSignals } from '../../../std/async/abortable.js'
import type { Clock } from '../../../std/time/clock.js'
import type { Log } from '../../../std/log.js'
import type { SharedBytes } from '../../../wire/transport/shared-bytes.js'
import type { Transport } from '../../../wire/transport/transport.js'
import type { Counters } from '../../counters.js'
import type { Stored } from '../../storage/store.js'
import { LossyOutbox } from './lossy-outbox.js'
import { streamMessage, textOf, type StreamNotice, type StreamTarget } from './stream-event.js'
import type { Listener, StreamRooms } from './stream-rooms.js'
import type { StreamTriggers, SubscriptionEvent } from './stream-triggers.js'

/** Maximum subscriptions of one client. Further joins are answered with `unauthorized`. */
const MAX_SUBSCRIPTIONS = 1_000
/**
 * Maximum requests that wait while another is handled. When it is exceeded, the client is not read until they are done.
 */
const MAX_WAITING_REQUESTS = 100
/** Maximum characters of one frame; a longer one cannot be a valid join and is ignored unread. */
const MAX_FRAME_CHARACTERS = 65_536
/** Maximum characters of messages that wait for the first read of a subscription. Above it, the oldest are dropped. */
const MAX_HELD_CHARACTERS = 8 * 1024 * 1024
/** Time limit for join handlers and the first read together. After it, the join is refused or `sync` is left out. */
export const JOIN_TIMEOUT_MS = 30_000

/** State that all clients share. */
export interface StreamClientParts {
  readonly clock: Clock
  readonly log: Log
  readonly counters: Counters
  readonly unread: SharedBytes
  readonly rooms: StreamRooms
  readonly triggers: StreamTriggers
  /** Whether joins are refused while no join handler is bound. */
  readonly authRequired: boolean
  /** Reads the initial state of a subscription: an item, or the list of a group. */
  readonly snapshot: (target: StreamTarget, signal: AbortSignal) => Promise<unknown>
  /** Messages kept for a client that reads too slowly. */
  readonly channelSize: () => number
}

type Request = { readonly type: 'join' | 'leave'; readonly subscriptionId: string; readonly target: StreamTarget }

export class StreamClient {
  readonly #parts: StreamClientParts
  readonly #transport: Transport
  readonly #context: unknown
  readonly #channelSize: number
  readonly #outbox: LossyOutbox
  readonly #subscriptions = new Map<string, Subscription>()
  readonly #requests: Request[] = []
  readonly #closed = new AbortController()
  #busy = false

  /** @param context the result of the auth function. */
  constructor(parts: StreamClientParts, transport: Transport, context: unknown) {
    this.#parts = parts
    this.#transport = transport
    this.#context = context
    this.#channelSize = parts.channelSize()
    this.#outbox = new LossyOutbox(transport, this.#channelSize, parts)
  }

  /** Handles a frame; clients may send both kinds. */
  receive(frame: string | Uint8Array): void {
    const request = readRequest(frame)
    if (request === undefined) {
      this.#parts.log.debug(
        { characters: frame.length },
        'A frame of a stream client is neither a join nor a leave and was ignored',
      )
      return
    }
    this.#requests.push(request)
    if (this.#requests.length === MAX_WAITING_REQUESTS) this.#transport.pause()
    if (!this.#busy) void this.#work()
  }

  /** Ends every subscription and calls the leave handlers of each. */
  close(): void {
    this.#closed.abort()
    this.#outbox.close()
    for (const [subscriptionId, { target }] of [...this.#subscriptions]) this.#leave({ subscriptionId, target })
  }

  async #work(): Promise<void> {
    this.#busy = true
    for (let next = this.#requests.shift(); next !== undefined; next = this.#requests.shift()) {
      if (this.#closed.signal.aborted) break
      if (next.type === 'leave') this.#leave(next)
      else await this.#join(next)
    }
    this.#busy = false
    this.#transport.resume()
  }

  async #join(request: Request): Promise<void> {
    const timeout = new AbortController()
    const timer = this.#parts.clock.after(JOIN_TIMEOUT_MS, () => {
      timeout.abort(new Error(`No answer within ${JOIN_TIMEOUT_MS} ms`))
    })
    const { signal, release } = joinSignals(timeout.signal, this.#closed.signal)
    // Joining an id again moves its subscription; otherwise the first one could not be left.
    if (this.#subscriptions.has(request.subscriptionId)) this.#leave(request)
    const allowed = await this.#mayJoin(request, signal)
    if (!this.#closed.signal.aborted) {
      if (allowed) await this.#subscribe(request, signal)
      else this.#notify(request.target, { type: 'unauthorized' })
    }
    timer.cancel()
    release()
  }

  /** A handler that fails refuses the join, as it may be the only check. */
  async #mayJoin(request: Request, signal: AbortSignal): Promise<boolean> {
    if (this.#subscriptions.size >= MAX_SUBSCRIPTIONS) {
      this.#parts.counters.refused.streamJoins += 1
      return false
    }
    const { triggers, authRequired } = this.#parts
    if (authRequired && !triggers.hasJoinHandler) return false
    triggers.warnIfOpen()
    try {
      return await triggers.mayJoin(this.#eventOf(request), signal)
    } catch (err) {
      if (this.#closed.signal.aborted) return false
      this.#parts.log.warn({ ...request.target, err }, 'A join handler failed, so the join was refused')
      return false
    }
  }

  async #subscribe({ subscriptionId, target }: Request, signal: AbortSignal): Promise<void> {
    const subscription = new Subscription(target, this.#outbox, this.#channelSize)
    this.#subscriptions.set(subscriptionId, subscription)
    this.#parts.rooms.add(subscription)
    try {
      const data = await this.#parts.snapshot(target, signal)
      // An item that does not exist is null. The result of a worker function came through JSON.
      this.#notify(target, { type: 'sync', data: (data ?? null) as Stored })
    } catch (err) {
      if (this.#closed.signal.aborted) return
      this.#parts.log.warn({ ...target, err }, 'A stream could not be read; its new subscription starts without a sync')
    }
    subscription.release()
  }

  /** Ends a subscription. The leave handlers are called even if it does not exist. */
  #leave({ subscriptionId, target }: Omit<Request, 'type'>): void {
    const subscription = this.#subscriptions.get(subscriptionId)
    if (subscription !== undefined) {
      this.#subscriptions.delete(subscriptionId)
      this.#parts.rooms.remove(subscription)
    }
    this.#parts.triggers.left(this.#eventOf({ subscriptionId, target: subscription?.target ?? target }))
  }

  #eventOf({ subscriptionId, target }: Omit<Request, 'type'>): SubscriptionEvent {
    const { streamName, groupId, id } = target
    const context = this.#context
    return { subscription_id: subscriptionId, stream_name: streamName, group_id: groupId, id, context }
  }

  #notify(target: StreamTarget, notice: StreamNotice): void {
    this.#outbox.send(textOf(streamMessage(target, notice, this.#parts.clock.epochMs())))
  }
}

/**
 * Holds messages until the initial state of the target has been sent, so that a client never receives older state after
 * newer.
 */
class Subscription implements Listener {
  readonly target: StreamTarget
  readonly #outbox: LossyOutbox
  readonly #maxHeld: number
  #lost = 0
  #held: string[] | undefined = []
  #heldCharacters = 0

  constructor(target: StreamTarget, outbox: LossyOutbox, maxHeld: number) {
    this.target = target
    this.#outbox = outbox
    this.#maxHeld = maxHeld
  }

  readonly deliver = (text: string): void => {
    if (this.#held === undefined) {
      this.#outbox.send(text)
      return
    }
    this.#held.push(text)
    this.#heldCharacters += text.length
    while (this.#held.length > this.#maxHeld || (this.#held.length > 1 && this.#heldCharacters > MAX_HELD_CHARACTERS)) {
      this.#heldCharacters -= this.#held.shift()?.length ?? 0
      this.#lost += 1
    }
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    this.#outbox.noteLost(this.#lost)
    for (const text of held) this.#outbox.send(text)
  }
}

function readRequest(frame: string | Uint8Array): Request | undefined {
  if (frame.length > MAX_FRAME_CHARACTERS) return undefined
  const message = parse(typeof frame === 'string' ? frame : Buffer.from(frame).toString())
  if (!isRecord(message) || !isRecord(message['data'])) return undefined
  const { type, data } = message
  if (type !== 'join' && type !== 'leave') return undefined
  const { subscriptionId, streamName, groupId, id = null } = data
  if (typeof subscriptionId !== 'string' || typeof streamName !== 'string' || typeof groupId !== 'string') {
    return undefined
  }
  if (id !== null && typeof id !== 'string') return undefined
  return { type, subscriptionId, target: { streamName, groupId, id } }
}

function parse(frame: string): unknown {
  try {
    return JSON.parse(frame)
  } catch {
    return undefined
  }
}
