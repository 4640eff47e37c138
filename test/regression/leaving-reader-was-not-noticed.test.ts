import { expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { ChannelReader } from '../../src/sdk/channel/reader.js'
import type { ChannelWriter } from '../../src/sdk/channel/writer.js'
import { deferred } from '../../src/std/async/deferred.js'
import { quietWorker } from '../kit/quiet-worker.js'
import { webSocketPeer } from '../kit/socket-peer.js'
import { testEngine } from '../kit/local-rig.js'

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

test.each<[string, (reader: ChannelReader) => unknown]>([
  ['close()', (reader) => reader.close()],
  ['close() during the handshake', (reader) => [reader.read(), reader.close()]],
  ['destroying its stream', (reader) => reader.stream.destroy()],
  ['cancelling its web stream', (reader) => reader.toWeb().cancel()],
])('a reader that leaves by %s before it has connected is noticed by its writer', async (_how, leave) => {
  const engine = await testEngine({ quirks: 'distributed' })
  const worker = quietWorker(engine.url)
  const { writer, reader } = await worker.channels.create()
  await leave(reader)
  const writeAll = async (): Promise<void> => {
    for (;;) await writer.write(Buffer.alloc(1_000))
  }
  await expect(writeAll()).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
  await expect(reader.read()).resolves.toBeNull()
})

test.each<[string, (writer: ChannelWriter) => unknown]>([
  ['destroying its stream', (writer) => writer.stream.destroy()],
  ['aborting its web stream', (writer) => writer.toWeb().abort()],
])('a writer that leaves by %s before it has connected ends its reader', async (_how, leave) => {
  const engine = await testEngine({ quirks: 'distributed' })
  const worker = quietWorker(engine.url)
  const { writer, reader } = await worker.channels.create()
  await leave(writer)
  // The protocol shows the reader of a lost writer an ordinary end.
  expect(await reader.readAll()).toEqual(Buffer.alloc(0))
})
