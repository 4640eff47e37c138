import { expect, test } from 'vitest'
import { engineRig } from '../kit/engine-rig.js'
import { RawWorker, type Frame } from '../kit/raw-worker.js'

interface Ref {
  readonly channel_id: string
  readonly access_key: string
}

async function channelRig() {
  const rig = await engineRig()
  const maker = await rig.worker({ name: 'maker' })
  const answer = await rig.call(maker, 'engine::channels::create')
  const { channel_id: id, access_key: key } = (answer['result'] as { readonly writer: Ref }).writer
  const end = async (dir: 'read' | 'write'): Promise<RawWorker> => {
    const peer = new RawWorker(rig.engine.dial(), `memory://engine/ws/channels/${id}?key=${key}&dir=${dir}`)
    await rig.settle()
    return peer
  }
  const writer = await end('write')
  writer.send(new Uint8Array(100_000))
  await rig.settle()
  return { ...rig, end, writer }
}

test('data of a writer that was cut before a reader connected is dropped after some seconds', async () => {
  const { engine, clock, end, writer } = await channelRig()
  writer.transport.terminate()
  await clock.advance(4_000)
  expect(engine.stats()).toMatchObject({ channels: 1, waiting: { channelBytes: 100_000 } })
  await clock.advance(2_000)
  expect(engine.stats()).toMatchObject({ channels: 0, waiting: { channelBytes: 0 } })
  expect((await end('read')).closed).toMatchObject({ status: 404 })
})

test('a reader that connects earlier receives the data, and data of a writer that ended may be read later', async () => {
  const cut = await channelRig()
  cut.writer.transport.terminate()
  await cut.clock.advance(4_000)
  const reader = await cut.end('read')
  await cut.clock.advance(6_000)
  expect(reader.closed).toBeDefined()

  const ended = await channelRig()
  ended.writer.transport.close(1000, 'done')
  await ended.clock.advance(60_000)
  expect(ended.engine.stats().waiting.channelBytes).toBe(100_000)
  const late: Frame = (await ended.end('read')).closed as unknown as Frame
  expect(late).not.toMatchObject({ status: 404 })
})
