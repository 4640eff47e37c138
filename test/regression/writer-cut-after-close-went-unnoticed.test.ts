import { once } from 'node:events'
import { expect, test } from 'vitest'
import { defaultChannelPorts } from '../../src/sdk/channel/ports.js'
import { ChannelWriter } from '../../src/sdk/channel/writer.js'
import { deferred } from '../../src/std/async/deferred.js'
import { webSocketPeer } from '../kit/socket-peer.js'

test('a link cut after close, before the engine has confirmed the end, is reported once', async () => {
  const peer = await webSocketPeer((socket) => {
    // The first item is read, the close frame is not: the connection breaks instead.
    socket.once('message', () => socket.pause())
  })
  const reports: unknown[] = []
  const reported = deferred<unknown>()
  const onUnhandledError = (error: unknown): void => {
    reports.push(error)
    reported.resolve(error)
  }
  const ref = { channel_id: 'c', access_key: 'k', direction: 'write' as const }
  const writer = new ChannelWriter(peer.url, ref, { ...defaultChannelPorts, onUnhandledError })
  await writer.write('the only item')
  await writer.close()
  expect(reports).toEqual([])
  for (const socket of peer.sockets) socket.resetAndDestroy()
  expect(await reported.promise).toMatchObject({ code: 'CONNECTION_LOST', kind: 'WebSocket' })
  expect(reports).toHaveLength(1)
})

test('an end that was confirmed reports nothing', async () => {
  const ended = deferred<void>()
  const peer = await webSocketPeer((socket) => {
    void once(socket, 'close').then(() => ended.resolve())
  })
  const reports: unknown[] = []
  const ports = { ...defaultChannelPorts, onUnhandledError: (error: unknown) => void reports.push(error) }
  const writer = new ChannelWriter(peer.url, { channel_id: 'c', access_key: 'k', direction: 'write' }, ports)
  await writer.write('the only item')
  await writer.close()
  await ended.promise
  await expect.poll(() => peer.sockets.size).toBe(0)
  expect(reports).toEqual([])
})
