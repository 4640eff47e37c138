import { expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { ChannelReader } from '../../src/sdk/channel/reader.js'
import { deferred } from '../../src/std/async/deferred.js'
import { webSocketPeer } from '../kit/socket-peer.js'

const REF = { channel_id: 'c', access_key: 'k', direction: 'read' } as const

test.each(['break', 'close()'])(
  'a reader that leaves by %s ends its socket where its close frame is not read',
  async (how) => {
    const connected = deferred<WebSocket>()
    const engine = await webSocketPeer((socket) => {
      // The distributed engine never reads from a reader.
      socket.pause()
      socket.send(Buffer.from('first'))
      connected.resolve(socket)
    })
    const reader = new ChannelReader(engine.url, REF)
    if (how === 'break') for await (const _ of reader) break
    else {
      await reader.nextBinary()
      await reader.close()
    }
    const socket = await connected.promise
    // A cut is noticed with one of the next items.
    const state = (): number => {
      socket.send(Buffer.from('more'))
      return socket.readyState
    }
    await expect.poll(state, { timeout: 5_000 }).not.toBe(socket.OPEN)
    await expect(reader.nextBinary()).resolves.toBeNull()
  },
)
