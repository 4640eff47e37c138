import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { ChannelReader } from '../../src/sdk/channel/reader.js'
import { ChannelWriter } from '../../src/sdk/channel/writer.js'
import { extractChannelRefs } from '../../src/sdk/channel/channel-ref.js'
import { socketRig } from '../kit/local-rig.js'
import { stalled } from '../kit/waiting.js'

test('bytes arrive whole and in order at another worker, which gets the reader in its payload', async () => {
  const rig = await socketRig()
  const [producer, consumer] = [await rig.addWorker(), await rig.addWorker()]
  consumer.registerFunction('digest', async ({ nested }: { nested: { input: ChannelReader }[] }) => {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of nested[0]!.input) {
      hash.update(chunk)
      bytes += chunk.length
    }
    return { bytes, digest: hash.digest('hex') }
  })
  await consumer.ready()

  const { writer, readerRef } = await producer.channels.create()
  const answer = producer.trigger({ function_id: 'digest', payload: { nested: [{ input: readerRef }] } })
  const expected = createHash('sha256')
  const total = 8 * 1024 * 1024 + 3
  const blocks = Array.from({ length: 33 }, (_, i) => randomBytes(i === 32 ? 3 : 256 * 1024))
  for (const block of blocks) expected.update(block)
  await writer.pipeFrom(blocks)

  expect(await answer).toEqual({ bytes: total, digest: expected.digest('hex') })
})

test('text and binary items keep their order and their kind, empty ones included', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const { writer, reader } = await worker.channels.create()
  void writer.sendMessage('')
  void writer.write(new Uint8Array())
  void writer.sendMessage('two')
  void writer.write('three')
  void writer.close()

  const items = []
  for await (const { type, value } of reader.items()) items.push([type, Buffer.from(value as string).toString()])
  expect(items).toEqual([
    ['text', ''],
    ['binary', ''],
    ['text', 'two'],
    ['binary', 'three'],
  ])
})

test('messages go to callbacks while bytes go to the stream', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const { writer, reader } = await worker.channels.create()
  const heard: string[] = []
  const stop = reader.onMessage((message) => heard.push(message))
  await writer.sendMessage('a')
  writer.stream.write('bytes')
  await writer.sendMessage('b')
  writer.stream.end(' and more')

  const chunks: Buffer[] = []
  for await (const chunk of reader.stream) chunks.push(chunk as Buffer)
  stop()
  expect(Buffer.concat(chunks).toString()).toBe('bytes and more')
  expect(chunks.every((chunk) => Buffer.isBuffer(chunk))).toBe(true)
  expect(heard.sort()).toEqual(['a', 'b'])
})

test('a thousand channels that are written and closed at once deliver everything', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  for (let batch = 0; batch < 20; batch++) {
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const { writer, reader } = await worker.channels.create()
        const sent = `${String(batch)}-${String(i)}-${'x'.repeat(i * 40)}`
        const [received] = await Promise.all([reader.readAll(), writer.write(sent).then(() => writer.close())])
        expect(received.toString()).toBe(sent)
      }),
    )
  }
}, 30_000)

test('a writer waits for a slow reader, and memory stays bounded', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const { writer, reader } = await worker.channels.create(4)
  let written = 0
  const chunk = Buffer.alloc(1024 * 1024)
  const writing = (async () => {
    for (; written < 64; written++) await writer.write(chunk)
    await writer.close()
  })()
  await reader.nextBinary()
  await stalled(() => written)
  const whileNobodyReads = written
  // Kernel buffers, both sockets' buffers and the engine's four items, but by far not everything.
  expect(whileNobodyReads).toBeLessThan(48)
  let received = chunk.length
  for await (const part of reader) received += part.length
  await writing
  expect(received).toBe(64 * chunk.length)
})

test('an unknown channel or a wrong key is reported as such', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const { readerRef } = await worker.channels.create()
  const stranger = new ChannelReader(rig.engine.url, { ...readerRef, access_key: 'guess' })
  await expect(stranger.nextBinary()).rejects.toMatchObject({ code: 'HANDSHAKE_FAILED', status: 404 })
  const unknown = new ChannelWriter(rig.engine.url, { ...readerRef, channel_id: 'none', direction: 'write' })
  await expect(unknown.write('x')).rejects.toMatchObject({ code: 'HANDSHAKE_FAILED', status: 404 })
})

test('a cut link is an error to the reader, never a clean end', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const { writer, reader } = await worker.channels.create()
  await writer.write('first')
  expect(String(await reader.nextBinary())).toBe('first')
  const next = reader.nextBinary()
  const all = expect(next).rejects.toMatchObject({ code: 'CONNECTION_LOST', kind: 'WebSocket' })
  await rig.engine.close()
  await all
})

test('a reader that leaves ends the writer with an error', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const { writer, reader } = await worker.channels.create(1)
  await writer.write('first')
  await reader.nextBinary()
  reader.stream.destroy()
  const flood = (async () => {
    for (;;) await writer.write(Buffer.alloc(1024 * 1024))
  })()
  await expect(flood).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
})

test('leaving a loop early closes the channel', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const { writer, reader } = await worker.channels.create()
  await writer.write('one')
  await writer.write('two')
  for await (const chunk of reader) {
    expect(String(chunk)).toBe('one')
    break
  }
  expect(await reader.nextBinary().catch((error: unknown) => error)).toBeNull()
})

test('web streams work both ways', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const { writer, reader } = await worker.channels.create()
  const source = new Blob(['web ', 'streams']).stream()
  const [text] = await Promise.all([
    new Response(reader.toWeb() as never).text(),
    source.pipeTo(writer.toWeb() as never),
  ])
  expect(text).toBe('web streams')
})

test('the stream of a writer reports its end after everything was handed over', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const { writer, reader } = await worker.channels.create()
  const whole = reader.readAll()
  writer.stream.end(Buffer.alloc(300_000, 1))
  await once(writer.stream, 'finish')
  expect((await whole).length).toBe(300_000)
})

test('operations can be aborted', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const { reader, writer } = await worker.channels.create()
  const controller = new AbortController()
  const waiting = reader.nextBinary({ signal: controller.signal })
  controller.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await writer.write('still there')
  expect(String(await reader.nextBinary())).toBe('still there')
})

test('ends in a payload are their references, and references are found wherever they are', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const { writer, reader, writerRef, readerRef } = await worker.channels.create()
  expect(JSON.parse(JSON.stringify({ writer, reader }))).toEqual({ writer: writerRef, reader: readerRef })
  expect(extractChannelRefs({ a: { b: writerRef }, list: [{ c: readerRef }], odd: { channel_id: 1 } })).toEqual([
    ['a.b', writerRef],
    ['list[0].c', readerRef],
  ])
  expect(extractChannelRefs(writerRef)).toEqual([['', writerRef]])
  expect(extractChannelRefs([writerRef])).toEqual([['[0]', writerRef]])
})

test.each([0, -1, 1.5, Number.NaN, '5'])('a buffer size of %s is refused before anything is sent', async (size) => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  await expect(worker.channels.create(size as number)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('bufferSize') as unknown,
  })
})
