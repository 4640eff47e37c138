/**
 * The ends of channels that workers hold: one WebSocket each, one message per item. A writer that may not go on is
 * simply not read from.
 */
import type { Log } from '../../std/log.js'
import { CloseCode, IGNORE_EVENTS, type Transport, type TransportEvents } from '../../wire/transport/transport.js'
import type { UpgradeRequest } from '../../wire/transport/ws-accept.js'
import type { ChannelItem } from '../builtins/builtin.js'
import type { Channel } from './channel.js'
import type { ChannelTable } from './channel-table.js'
import type { OpenLinks } from '../links/open-links.js'
import { handshakeHeaders, type EngineQuirks } from '../quirks.js'

/** Where channel ends connect. */
export const CHANNEL_PATH = '/ws/channels/'

export interface ChannelDoorParts {
  readonly channels: ChannelTable
  readonly links: OpenLinks
  readonly quirks: EngineQuirks
  readonly log: Log
}

/** Bytes on their way to a reader beyond which the rest stays in the channel, and beyond which they are accounted for. */
const READER_BYTES = 256 * 1024

/** Answers a request for a channel end. The key is all it takes, on a guarded listener too. */
export function openChannelEnd(parts: ChannelDoorParts, request: UpgradeRequest): void {
  const { channels, links, quirks, log } = parts
  const query = new URLSearchParams(request.query)
  const key = query.get('key')
  const direction = query.get('dir')
  if (key === null || (direction !== 'read' && direction !== 'write')) {
    request.refuse(400, 'A channel end needs the query members `key` and `dir`, which is `read` or `write`')
    return
  }
  const channel = channels.find(request.path.slice(CHANNEL_PATH.length), key)
  if (channel === undefined) request.refuse(404, 'Channel not found')
  else {
    const isUnread = quirks.unreadReaderCloses === true
    const frameFailed = (error: unknown): void => log.error({ error }, 'An item of a channel could not be handled')
    request.accept((transport) => {
      const end = direction === 'read' ? reader(channel, transport, isUnread) : writer(channel, transport)
      return links.watch(transport, { ...end, frameFailed })
    }, handshakeHeaders(quirks))
  }
}

function writer(channel: Channel, transport: Transport): TransportEvents {
  let open = channel.attachWriter({
    hold: () => transport.pause(),
    release: () => transport.resume(),
    drop: () => {
      open = false
      transport.terminate()
    },
  })
  if (!open) return taken(transport)
  const push = (item: ChannelItem): void => {
    if (open) channel.push(item)
  }
  return {
    ...IGNORE_EVENTS,
    text: push,
    binary: push,
    close: ({ code }) => {
      if (!open) return
      if (code === CloseCode.ABNORMAL) channel.writerCut()
      else channel.endInput(code !== CloseCode.NORMAL && code !== CloseCode.NO_STATUS)
    },
  }
}

/**
 * As with the real engine, a worker cannot tell a writer that was cut from one that has finished.
 * @param isUnread whether nothing is read from the socket before all is delivered (`unreadReaderCloses`).
 */
function reader(channel: Channel, transport: Transport, isUnread: boolean): TransportEvents {
  /** Bytes on their way that the channel's account pays for; it takes no more while there are any. */
  let waitingBytes = 0
  const settle = (): void => {
    channel.account.remove(waitingBytes)
    waitingBytes = 0
  }
  const end = {
    get full(): boolean {
      return waitingBytes > 0
    },
    deliver: (item: ChannelItem) => {
      transport.send(item)
      if (transport.bufferedBytes <= READER_BYTES) return
      waitingBytes = transport.bufferedBytes
      channel.account.add(waitingBytes)
      transport.flushed(() => {
        settle()
        channel.pump()
      })
    },
    finish: () => {
      if (isUnread) transport.resume()
      transport.close()
    },
    drop: () => transport.terminate(),
  }
  let open = false
  return {
    ...IGNORE_EVENTS,
    // Taken here and not before, since items may only be sent once the transport is up.
    open: () => {
      if (isUnread) transport.pause()
      open = channel.attachReader(end)
      if (!open) transport.close()
    },
    close: ({ code }) => {
      settle()
      if (open && (!isUnread || code === CloseCode.ABNORMAL)) channel.readerGone()
    },
  }
}

/** An end that somebody else has: closed at once, without a reason. */
function taken(transport: Transport): TransportEvents {
  return { ...IGNORE_EVENTS, open: () => transport.close() }
}
