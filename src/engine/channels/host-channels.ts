/** Channels with one end in the engine: a worker reads or writes the other end. */
import { ErrorCode, NotConnectedError } from '../../errors.js'
import { deferred, type Deferred } from '../../std/async/deferred.js'
import type { ChannelPayload, HostChannels } from '../builtins/builtin.js'
import type { Channel, ReaderEnd } from './channel.js'
import type { ChannelTable } from './channel-table.js'

export function createHostChannels(table: ChannelTable): HostChannels {
  return {
    createOutgoing(bufferItems) {
      const { channel, reader } = table.create(bufferItems)
      const end = new OutgoingEnd(channel)
      return {
        reader,
        write: (item) => end.write(item),
        end: () => channel.endInput(),
        destroy: () => table.destroy(reader.channel_id),
      }
    },
    createIncoming(bufferItems) {
      const { channel, writer } = table.create(bufferItems)
      const items = new IncomingItems(channel, () => table.destroy(writer.channel_id))
      return { writer, items, destroy: () => items.stop() }
    },
  }
}

/** The engine as a writer: each write waits for capacity. */
class OutgoingEnd {
  readonly #channel: Channel
  #room: Deferred<void> | undefined
  #dropped = false

  constructor(channel: Channel) {
    this.#channel = channel
    channel.attachWriter({
      hold: () => undefined,
      release: () => {
        this.#room?.resolve()
        this.#room = undefined
      },
      drop: () => {
        this.#dropped = true
        this.#room?.reject(readerGone())
        this.#room = undefined
      },
    })
  }

  write(item: ChannelPayload): Promise<void> {
    if (!this.#dropped && this.#channel.push(item)) return Promise.resolve()
    // The push itself may have detected that the reader is gone.
    if (this.#dropped) return Promise.reject(readerGone())
    this.#room ??= deferred()
    return this.#room.promise
  }
}

function readerGone(): NotConnectedError {
  return new NotConnectedError(ErrorCode.CONNECTION_LOST, 'The reader of the channel has disconnected', {
    outcome: 'unknown',
  })
}

function writerCut(): NotConnectedError {
  return new NotConnectedError(ErrorCode.CONNECTION_LOST, 'The writer of the channel was cut', { outcome: 'unknown' })
}

/** The engine as a reader: accepts one item at a time, so the next waits in the channel. */
class IncomingItems implements ReaderEnd, AsyncIterable<ChannelPayload> {
  readonly #channel: Channel
  readonly #destroy: () => void
  #item: ChannelPayload | undefined
  #ended = false
  #wasCut = false
  #wake: Deferred<void> | undefined

  constructor(channel: Channel, destroy: () => void) {
    this.#channel = channel
    this.#destroy = destroy
    channel.attachReader(this)
  }

  get full(): boolean {
    return this.#item !== undefined
  }

  deliver(item: ChannelPayload): void {
    this.#item = item
    this.#wake?.resolve()
  }

  finish(wasCut: boolean): void {
    this.#ended = true
    this.#wasCut = wasCut
    this.#wake?.resolve()
  }

  /** Ends the iteration and closes the channel: the engine stops reading. */
  stop(): void {
    this.finish(this.#wasCut)
    this.#destroy()
  }

  drop(): void {
    // Buffered items are lost with the channel, so reading must not end as if it were complete.
    if (!this.#ended) this.finish(true)
  }

  async *[Symbol.asyncIterator](): AsyncIterator<ChannelPayload> {
    try {
      while (true) {
        const item = this.#item
        if (item !== undefined) {
          this.#item = undefined
          yield item
          this.#channel.pump()
        } else if (this.#wasCut) throw writerCut()
        else if (this.#ended) return
        else {
          this.#wake = deferred()
          await this.#wake.promise
        }
      }
    } finally {
      this.#destroy()
    }
  }
}
