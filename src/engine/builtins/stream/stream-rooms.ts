/** The subscriptions of each group of each stream. A message is serialised once, for any number of subscriptions. */
import type { Log } from '../../../std/log.js'
import { textOf, type StreamMessage, type StreamTarget } from './stream-event.js'

/** One subscription of one client. */
export interface Listener {
  readonly target: StreamTarget
  /** Receives a message about the group or the item of the target, as text. */
  readonly deliver: (text: string) => void
}

export class StreamRooms {
  readonly #log: Log
  readonly #rooms = new Map<string, Map<string, Set<Listener>>>()

  constructor(log: Log) {
    this.#log = log
  }

  add(listener: Listener): void {
    const { streamName, groupId } = listener.target
    let groups = this.#rooms.get(streamName)
    if (groups === undefined) this.#rooms.set(streamName, (groups = new Map<string, Set<Listener>>()))
    const listeners = groups.get(groupId)
    if (listeners === undefined) groups.set(groupId, new Set([listener]))
    else listeners.add(listener)
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
  tell(message: StreamMessage): void {
    const listeners = this.#rooms.get(message.streamName)?.get(message.groupId)
    if (listeners === undefined) return
    const text = this.#textOf(message)
    if (text === undefined) return
    for (const { target, deliver } of listeners) {
      if (target.id === null || target.id === message.id) deliver(text)
    }
  }

  /** The wrapper can make a deeply nested value too deep to serialise; the write is valid all the same. */
  #textOf(message: StreamMessage): string | undefined {
    try {
      return textOf(message)
    } catch (err) {
      const { streamName, groupId, id } = message
      this.#log.warn({ streamName, groupId, id, err }, 'A stream message cannot be serialised as JSON and was not sent')
      return undefined
    }
  }
}
