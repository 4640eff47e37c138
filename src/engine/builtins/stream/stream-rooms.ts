/**
 * The subscriptions of each group of each stream. A message is serialised once, for any number of subscriptions, and
 * delivered in portions.
 */
import { FanOut } from '../../triggers/fan-out.js'
import type { EngineHost } from '../builtin.js'
import { textOf, type StreamMessage, type StreamTarget } from './stream-event.js'

/** One subscription of one client. */
export interface Listener {
  readonly target: StreamTarget
  /** Receives a message about the group or the item of the target, as text. */
  readonly deliver: (text: string) => void
}

export class StreamRooms {
  readonly #host: Pick<EngineHost, 'lane' | 'log' | 'counters'>
  readonly #onWatched: (streamName: string) => void
  readonly #rooms = new Map<string, Map<string, Set<Listener>>>()
  readonly #fanOut: FanOut<Listener>

  /** @param onWatched called with the stream of each subscription. */
  constructor(
    host: Pick<EngineHost, 'lane' | 'log' | 'counters'>,
    onWatched: (streamName: string) => void = () => undefined,
  ) {
    this.#host = host
    this.#onWatched = onWatched
    this.#fanOut = new FanOut(host.lane)
  }

  add(listener: Listener): void {
    const { streamName, groupId } = listener.target
    let groups = this.#rooms.get(streamName)
    if (groups === undefined) this.#rooms.set(streamName, (groups = new Map<string, Set<Listener>>()))
    const listeners = groups.get(groupId)
    if (listeners === undefined) groups.set(groupId, new Set([listener]))
    else listeners.add(listener)
    this.#onWatched(streamName)
  }

  remove(listener: Listener): void {
    const { streamName, groupId } = listener.target
    const groups = this.#rooms.get(streamName)
    const listeners = groups?.get(groupId)
    if (!listeners?.delete(listener) || listeners.size > 0) return
    groups?.delete(groupId)
    if (groups?.size === 0) this.#rooms.delete(streamName)
  }

  /** Sends a message to every subscription of its group or its item. */
  send(message: StreamMessage): void {
    const { streamName, groupId, id } = message
    const listeners = this.#rooms.get(streamName)?.get(groupId)
    if (listeners === undefined) return
    const receivers = [...listeners].filter(({ target }) => target.id === null || target.id === id)
    const text = receivers.length === 0 ? undefined : this.#textOf(message)
    if (text === undefined) return
    // A subscription that ended meanwhile receives nothing more.
    const deliver = (listener: Listener): void => {
      if (listeners.has(listener)) listener.deliver(text)
    }
    if (this.#fanOut.start(JSON.stringify([streamName, groupId]), { receivers, data: text, deliver })) return
    const { counters, log } = this.#host
    counters.dropped.streamEvents += receivers.length
    log.warn({ streamName, groupId, id, lost: receivers.length }, 'Too many stream messages wait; one was not sent')
  }

  /** Delivers nothing more. */
  stop(): void {
    this.#fanOut.stop()
  }

  /** The wrapper can make a deeply nested value too deep to serialise; the write is still valid. */
  #textOf(message: StreamMessage): string | undefined {
    try {
      return textOf(message)
    } catch (err) {
      const { streamName, groupId, id } = message
      this.#host.log.warn(
        { streamName, groupId, id, err },
        'A stream message cannot be serialised as JSON and was not sent',
      )
      return undefined
    }
  }
}
