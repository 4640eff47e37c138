/** The channel ends of workers: one WebSocket per end, one message per item. A writer that must wait is not read. */
import type { Log } from '../../std/log.js'
import { CloseCode, IGNORE_EVENTS, type Transport, type TransportEvents } from '../../wire/transport/transport.js'
import type { UpgradeRequest } from '../../wire/transport/ws-accept.js'
import type { ChannelPayload } from '../builtins/builtin.js'
import type { Channel } from './channel.js'
import type { ChannelTable } from './channel-table.js'
import type { OpenLinks } from '../links/open-links.js'
import { handshakeHeaders, type EngineQuirks } from '../quirks.js'

/** The path of channel ends. */
export const CHANNEL_PATH = '/ws/channels/'

export interface ChannelEndParts {
  readonly channels: ChannelTable
  readonly links: OpenLinks
  readonly quirks: EngineQuirks
  readonly log: Log
}

/**
 * Bytes sent to a reader and not delivered. Above this limit, further items stay in the channel, and these bytes count
 * towards its account.
 */
const READER_BYTES = 256 * 1024

/** Handles the upgrade request of a channel end. The key is sufficient, even on a guarded listener. */
export function openChannelEnd(parts: ChannelEndParts, request: UpgradeRequest): void {
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
  const push = (item: ChannelPayload): void => {
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
 * As on the distributed engine, a worker cannot distinguish a cut writer from one that has finished.
 * @param isUnread whether the socket is not read before everything is delivered (`unreadReaderCloses`).
 */
function reader(channel: Channel, transport: Transport, isUnread: boolean): TransportEvents {
  /** Undelivered bytes that count towards the account of the channel; while there are any, it accepts no more. */
  let waitingBytes = 0
  const settle = (): void => {
    channel.account.remove(waitingBytes)
    waitingBytes = 0
  }
  const end = {
    get full(): boolean {
      return waitingBytes > 0
    },
    deliver: (item: ChannelPayload) => {
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
    // Attached only now, since items may only be sent once the transport is open.
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

/** An end that is already in use: closed at once, without a reason. */
function taken(transport: Transport): TransportEvents {
  return { ...IGNORE_EVENTS, open: () => transport.close() }
}
