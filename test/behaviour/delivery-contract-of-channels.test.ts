import { expect, test } from 'vitest'
import type { StreamChannelRef } from '../../src/sdk/channel/channel-ref.js'
import { ChannelReader } from '../../src/sdk/channel/reader.js'
import { ChannelWriter } from '../../src/sdk/channel/writer.js'
import { socketRig } from '../kit/local-rig.js'
import type { SocketPeer } from '../kit/socket-peer.js'
import { tcpProxy } from '../kit/tcp-proxy.js'
import { stalled } from '../kit/waiting.js'

interface Stage {
  readonly writerRef: StreamChannelRef
  readonly readerRef: StreamChannelRef
  readonly url: string
  /** The way to the engine of the end whose link is cut. */
  readonly proxy: SocketPeer
  readonly cut: () => void
}

async function stage(): Promise<Stage> {
  const rig = await socketRig()
  const { engine } = rig
  const worker = await rig.addWorker()
  const { writerRef, readerRef } = await worker.channels.create()
  const proxy = await tcpProxy(Number(new URL(engine.url).port))
  const cut = (): void => {
    for (const socket of proxy.sockets) socket.resetAndDestroy()
  }
  return { writerRef, readerRef, url: engine.url, proxy, cut }
}

test('bytes that are not written yet wait for a reader, and arrive once one is there', async () => {
  const { writerRef, readerRef, url } = await stage()
  const writer = new ChannelWriter(url, writerRef)
  let written = 0
  const writing = (async () => {
    for (; written < 32; written += 1) await writer.write(Buffer.alloc(1024 * 1024))
    await writer.close()
  })()
  await stalled(() => written)
  // Both sockets, the engine and the writer hold some; by far not everything.
  expect(written).toBeLessThan(28)

  expect(await new ChannelReader(url, readerRef).readAll()).toHaveLength(32 * 1024 * 1024)
  await writing
})

test('a reader whose connection is lost receives an error, never a clean end', async () => {
  const { writerRef, readerRef, url, proxy, cut } = await stage()
  const writer = new ChannelWriter(url, writerRef)
  const reader = new ChannelReader(proxy.url, readerRef)
  await writer.write('written')
  expect(String(await reader.nextBinary())).toBe('written')
  const next = reader.nextBinary()
  cut()

  await expect(next).rejects.toMatchObject({ code: 'CONNECTION_LOST', kind: 'WebSocket' })
})

test('a writer whose connection is lost receives an error; its reader is not notified and sees a clean end after the earlier items', async () => {
  const { writerRef, readerRef, url, proxy, cut } = await stage()
  const writer = new ChannelWriter(proxy.url, writerRef)
  const reader = new ChannelReader(url, readerRef)
  await writer.write('written')
  expect(String(await reader.nextBinary())).toBe('written')
  cut()

  expect(await reader.nextBinary()).toBeNull()
  await expect(writer.write('more')).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
  await expect(writer.close()).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
})

test('the end comes after everything that was written, and not before the writer has closed', async () => {
  const { writerRef, readerRef, url } = await stage()
  const writer = new ChannelWriter(url, writerRef)
  const reader = new ChannelReader(url, readerRef)
  let ended = false
  const all = reader.readAll().finally(() => (ended = true))
  for (let index = 0; index < 100; index += 1) await writer.write(`${index} `)
  // eslint-disable-next-line local/real-time -- an end that comes too early takes its time over sockets
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(ended).toBe(false)
  await writer.close()

  expect(
    String(await all)
      .trimEnd()
      .split(' '),
  ).toEqual(Array.from({ length: 100 }, (_, index) => String(index)))
})
