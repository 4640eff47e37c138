/**
 * Streams that another engine has. Functions run there; a stream is followed from the first trigger or subscription on,
 * since an engine reports the changes of one stream at a time.
 */
import type { Log } from '../../../std/log.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import type { Trace } from '../../triggers/fire.js'
import type { RemoteEngine } from '../bridge/remote-engine.js'
import type { StreamMessage, StreamTarget } from './stream-event.js'

/** Maximum streams that are followed. */
const MAX_FOLLOWED = 1_000

export class StreamsElsewhere {
  readonly remote: RemoteEngine
  readonly #announce: (message: StreamMessage, trace: Trace) => void
  readonly #log: Log
  readonly #followed = new Set<string>()

  constructor(remote: RemoteEngine, announce: (message: StreamMessage, trace: Trace) => void, log: Log) {
    this.remote = remote
    this.#announce = announce
    this.#log = log
  }

  /** Announces the changes of a stream here from now on. */
  follow(streamName: string): void {
    if (this.#followed.has(streamName)) return
    if (this.#followed.size >= MAX_FOLLOWED) {
      this.#log.warn({ streamName, limit: MAX_FOLLOWED }, 'Too many streams of another engine are followed; one is not')
      return
    }
    this.#followed.add(streamName)
    this.remote.follow('stream', { stream_name: streamName }, (message, trace) => {
      if (isMessage(message)) this.#announce(message, trace)
    })
  }

  /** The initial state of a subscription: an item, or the list of a group. */
  snapshot({ streamName, groupId, id }: StreamTarget, signal: AbortSignal): Promise<unknown> {
    const group = { stream_name: streamName, group_id: groupId }
    const trace = { traceparent: undefined, baggage: undefined, signal }
    if (id === null) return this.remote.call({ functionId: 'stream::list', data: group, ...trace })
    return this.remote.call({ functionId: 'stream::get', data: { ...group, item_id: id }, ...trace })
  }
}

function isMessage(payload: unknown): payload is StreamMessage {
  return (
    isRecord(payload) &&
    typeof payload['streamName'] === 'string' &&
    typeof payload['groupId'] === 'string' &&
    isRecord(payload['event'])
  )
}
