import { expect, test } from 'vitest'
import { ChannelReader } from '../../src/sdk/channel/reader.js'
import { ChannelWriter } from '../../src/sdk/channel/writer.js'
import { ChannelEnds, defaultChannelPorts } from '../../src/sdk/channel/ports.js'
import { socketRig } from '../kit/local-rig.js'

const MIB = 1024 * 1024
const openEnds = new ChannelEnds()
const ports = { ...defaultChannelPorts, onUnhandledError: () => undefined, ends: openEnds }

/** A channel whose writer has written until it was held back, and is gone. */
async function leftBehind(count: number, item: Uint8Array) {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const { writerRef, readerRef } = await worker.channels.create()
  const writer = new ChannelWriter(rig.engine.url, writerRef, ports)
  const writing = (async () => {
    for (let n = 0; n < count; n += 1) await writer.write(item)
  })()
  writing.catch(() => undefined)
  return { rig, writer, writing, reader: new ChannelReader(rig.engine.url, readerRef, ports) }
}

test('a writer that vanishes while it is held back is noticed, and its channel is freed', async () => {
  const { rig, writer, reader } = await leftBehind(64, Buffer.alloc(MIB))
  await expect.poll(() => rig.engine.stats().waiting.channelBytes, { timeout: 5_000 }).toBeGreaterThanOrEqual(4 * MIB)
  writer.stream.destroy(new Error('vanished'))
  await expect
    .poll(() => rig.engine.stats(), { timeout: 8_000 })
    .toMatchObject({
      channels: 0,
      waiting: { channelBytes: 0 },
    })
  // Not a clean end of the part that the engine had read.
  await expect(reader.nextBinary()).rejects.toMatchObject({ code: 'HANDSHAKE_FAILED', status: 404 })
}, 20_000)

test('items sent by a paused writer before its close frame are kept until its reader takes them', async () => {
  const { writer, writing, reader } = await leftBehind(200, Buffer.from('item'))
  await writing
  await writer.close()
  // The engine reads ahead to the close frame and ends the connection, though no reader has come.
  await expect.poll(() => openEnds.size, { timeout: 8_000 }).toBe(0)
  let items = 0
  for await (const _ of reader) items += 1
  expect(items).toBe(200)
}, 20_000)
