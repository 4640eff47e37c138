import { expect, test } from 'vitest'
import { engineRig } from '../../../kit/engine-rig.js'
import { RawWorker } from '../../../kit/raw-worker.js'
import type { ChannelRef } from '../../../../src/engine/channels/channels.js'

async function channelRig() {
  const rig = await engineRig()
  const worker = await rig.worker({})
  const made = await rig.call(worker, 'engine::channels::create', { buffer_size: 2 })
  const { channel_id: id, access_key: key } = (made['result'] as { writer: ChannelRef }).writer
  const open = (query: string, path = `/ws/channels/${id}`): RawWorker =>
    new RawWorker(rig.engine.dial(), `memory://engine${path}?${query}`)
  return { rig, key, id, open }
}

test('the reader receives what the writer sends, then both are closed without a code', async () => {
  const { rig, key, open } = await channelRig()
  const writer = open(`key=${key}&dir=write`)
  await rig.settle()
  writer.send('"a"', '"b"', '"c"')
  await rig.settle()
  const reader = open(`key=${key}&dir=read`)
  await rig.settle()
  writer.transport.close(4001, 'bye')
  await rig.settle()
  expect(reader.texts).toEqual(['"a"', '"b"', '"c"'])
  expect(reader.closed).toMatchObject({ code: 1005 })
})

test('a second reader is let in and closed at once', async () => {
  const { rig, key, open } = await channelRig()
  open(`key=${key}&dir=read`)
  await rig.settle()
  const second = open(`key=${key}&dir=read`)
  await rig.settle()
  expect(second.closed).toMatchObject({ code: 1005 })
})

test.each([
  ['dir=read', 400],
  ['key=x', 400],
  ['key=x&dir=both', 400],
  ['key=x&dir=read', 404],
  ['key=x&dir=write', 404],
])('a request with %s is refused with %i', async (query, status) => {
  const { rig, open } = await channelRig()
  const end = open(query)
  await rig.settle()
  expect(end.closed).toMatchObject({ status })
})

test('an unknown channel looks like a wrong key', async () => {
  const { rig, key, open } = await channelRig()
  const unknown = open(`key=${key}&dir=read`, '/ws/channels/nope')
  const wrong = open('key=nope&dir=read')
  await rig.settle()
  expect([unknown.closed, wrong.closed]).toEqual([
    expect.objectContaining({ status: 404, reason: 'Channel not found' }),
    expect.objectContaining({ status: 404, reason: 'Channel not found' }),
  ])
})

test('when a reader is cut, its writer is closed with the next item', async () => {
  const { rig, key, open } = await channelRig()
  const writer = open(`key=${key}&dir=write`)
  const reader = open(`key=${key}&dir=read`)
  await rig.settle()
  reader.transport.terminate()
  await rig.settle()
  expect(writer.closed).toBeUndefined()
  writer.send('"x"')
  await rig.settle()
  expect(writer.closed).toMatchObject({ code: 1006 })
})

test.each([[{ buffer_size: 'x' }], [{ buffer_size: -1 }], [{ buffer_size: 1.5 }], ['text'], [null]])(
  'creating a channel from %j is refused',
  async (input) => {
    const rig = await engineRig()
    const worker = await rig.worker({})
    expect((await rig.call(worker, 'engine::channels::create', input))['error']).toMatchObject({
      code: 'deserialization_error',
    })
  },
)
