import { expect, test } from 'vitest'
import { ChannelWriter } from '../../src/sdk/channel/writer.js'
import { webSocketPeer } from '../kit/socket-peer.js'

const ITEM = Buffer.alloc(64 * 1024)
const REF = { channel_id: 'c', access_key: 'k', direction: 'write' } as const

// The socket fails in the middle of a chain of writes, each of which begins when the one before resolved: nothing else
// runs in between, so the `close` event of the socket is still pending. Only the socket itself knows.
test('after its socket has failed, the next writes and the close of a writer reject', async () => {
  const peer = await webSocketPeer((socket) => socket.pause())
  const writer = new ChannelWriter(peer.url, REF)
  await writer.write(ITEM)
  for (const socket of peer.sockets) socket.resetAndDestroy()

  let written = 0
  const writing = (async () => {
    for (; written < 1_000; written++) await writer.write(ITEM)
    await writer.close()
  })()
  await expect(writing).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
  expect(written).toBeLessThan(100)
})

test('close on a dead socket does not report that everything was flushed', async () => {
  const peer = await webSocketPeer((socket) => socket.pause())
  const writer = new ChannelWriter(peer.url, REF)
  await writer.write(ITEM)
  for (const socket of peer.sockets) socket.resetAndDestroy()

  const last = writer.write(ITEM)
  const closing = writer.close()
  await last
  await expect(closing).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
})
