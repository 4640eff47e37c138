import { createHash } from 'node:crypto'
import { Duplex } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameWriter } from '../../../../../src/wire/transport/framing/frame-writer.js'
import { CHUNK_BYTES } from '../../../../../src/wire/transport/framing/write-chunk.js'
import { readFrames, SentBytes } from '../../../../kit/sent-frames.js'

type Role = 'client' | 'server'
const roles: readonly Role[] = ['client', 'server']

function writerOf(role: Role): { readonly sent: SentBytes; readonly writer: FrameWriter } {
  const sent = new SentBytes()
  return { sent, writer: new FrameWriter(sent as unknown as Duplex, role === 'client') }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function send(writer: FrameWriter, frame: string | Uint8Array): void {
  if (typeof frame === 'string') writer.text(frame)
  else writer.binary(frame)
}

/** A frame in few characters: comparing long ones byte by byte takes minutes. */
const brief = (isBinary: boolean, payload: Buffer): string =>
  `${isBinary ? 'binary' : 'text'} ${payload.length} ${createHash('sha256').update(payload).digest('hex')}`

/** The frames that the peer must receive. */
const expected = (frames: readonly (string | Uint8Array)[]): string[] =>
  frames.map((frame) => brief(typeof frame !== 'string', Buffer.from(frame as string)))

async function received(sent: SentBytes, role: Role): Promise<string[]> {
  return (await readFrames(sent.bytes, role)).map(({ isBinary, payload }) => brief(isBinary, payload))
}

/** Around every place where a header grows, text is no longer only measured, or a chunk ends. */
const EDGES = [0, 1, 125, 126, 1024, CHUNK_BYTES / 2, 65_535, 65_536, CHUNK_BYTES - 14, CHUNK_BYTES, 2 * CHUNK_BYTES]
const aroundEdges = fc
  .tuple(fc.constantFrom(...EDGES), fc.integer({ min: -4, max: 4 }))
  .map(([edge, off]) => Math.max(0, edge + off))
const anyLength = fc.oneof(aroundEdges, fc.nat(200), fc.nat(CHUNK_BYTES + 5_000))
/** One, two, three and four bytes, both halves of a pair alone, and an escape of JSON. */
const alphabet = fc.constantFrom('a', 'é', '€', '😀', '\ud83d', '\ude00', '"', '\0')
const anyText = fc
  .tuple(anyLength, fc.array(alphabet, { minLength: 1, maxLength: 8 }))
  .map(([length, letters]) => letters.join('').repeat(length).slice(0, length))
const anyBytes = anyLength.map((length) => Buffer.from('0123456789abc'.repeat(length / 13 + 1)).subarray(0, length))
const anyFrame = fc.oneof({ weight: 3, arbitrary: anyText }, { weight: 1, arbitrary: anyBytes })

test.each(roles)(
  'frames written by a %s are read unchanged and in order, at any size and with any characters',
  async (role) => {
    const turns = fc.array(fc.array(anyFrame, { maxLength: 6 }), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(turns, async (plan) => {
        const { sent, writer } = writerOf(role)
        for (const frames of plan) {
          for (const frame of frames) send(writer, frame)
          await turn()
        }
        expect(await received(sent, role)).toEqual(expected(plan.flat()))
      }),
      { numRuns: 60 },
    )
  },
)

test.each(roles)('every length up to the 16-bit header, and those around each edge, from a %s', async (role) => {
  const { sent, writer } = writerOf(role)
  const lengths = [...Array(300).keys(), ...EDGES.flatMap((edge) => [edge - 1, edge, edge + 1])].filter((n) => n >= 0)
  const frames = lengths.flatMap((length) => ['x'.repeat(length), '€'.repeat(length), new Uint8Array(length).fill(7)])
  for (const frame of frames) send(writer, frame)
  await turn()

  expect(await received(sent, role)).toEqual(expected(frames))
})

test('lengths are written in as few bytes as possible', async () => {
  const { sent, writer } = writerOf('server')
  const headers: number[][] = []
  for (const length of [125, 126, 65_535, 65_536]) {
    writer.text('x'.repeat(length))
    await turn()
    headers.push([...sent.bytes.subarray(0, sent.bytes.length - length)])
    sent.writes.length = 0
  }

  expect(headers).toEqual([
    [0x81, 125],
    [0x81, 126, 0, 126],
    [0x81, 126, 255, 255],
    [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0],
  ])
})

test('a lone surrogate leaves as U+FFFD, as the library sends it', async () => {
  const { sent, writer } = writerOf('client')
  writer.text('a\ud83d|\ude00b|\ud83d\ude00')
  await turn()

  expect((await readFrames(sent.bytes, 'client'))[0]?.payload.toString('hex')).toBe(
    Buffer.from('a\ufffd|\ufffdb|😀').toString('hex'),
  )
})

test('all frames of one tick leave in one write, including those sent from promise callbacks', async () => {
  const { sent, writer } = writerOf('client')
  await new Promise<void>((resolve) => {
    setImmediate(() => {
      void (async () => {
        for (let n = 0; n < 50; n += 1) {
          await Promise.resolve()
          writer.text(`frame ${n}`)
        }
        resolve()
      })()
    })
  })
  expect([sent.writes.length, writer.pendingBytes > 0]).toEqual([0, true])
  await turn()

  expect([sent.writes.length, writer.pendingBytes]).toEqual([1, 0])
  expect(await readFrames(sent.bytes, 'client')).toHaveLength(50)
})

test('bytes pending until the end of the tick are counted, with header and mask', () => {
  const { writer } = writerOf('client')
  expect(writer.pendingBytes).toBe(0)
  writer.text('x'.repeat(100))
  writer.binary(new Uint8Array(200))
  expect(writer.pendingBytes).toBe(6 + 100 + 8 + 200)
  writer.flush()

  expect(writer.pendingBytes).toBe(0)
})

test('every frame of a client has its own random key', async () => {
  const { sent, writer } = writerOf('client')
  const keys = new Set<string>()
  const count = 5_000
  for (let n = 0; n < count; n += 1) {
    writer.text('same')
    await Promise.resolve()
  }
  await turn()
  for (let n = 0; n < count; n += 1) keys.add(sent.bytes.toString('hex', n * 10 + 2, n * 10 + 6))

  // 5,000 keys of 32 bits: two that are equal by chance are rare, a hundred are impossible.
  expect(keys.size).toBeGreaterThan(count - 100)
})

test('sockets that write in the same tick do not mix their frames', async () => {
  const pairs = Array.from({ length: 20 }, (_, n) => writerOf(n % 2 === 0 ? 'client' : 'server'))
  for (let round = 0; round < 3; round += 1) {
    for (let n = 0; n < 200; n += 1) {
      for (const [index, { writer }] of pairs.entries()) writer.text(`${index}:${n}:${'y'.repeat(n * 3)}`)
    }
    await turn()
  }
  for (const [index, { sent }] of pairs.entries()) {
    const frames = await readFrames(sent.bytes, index % 2 === 0 ? 'client' : 'server')
    const sentTexts = Array.from({ length: 600 }, (_, n) => `${index}:${n % 200}:${'y'.repeat((n % 200) * 3)}`)
    expect(frames.map(({ payload }) => payload.toString())).toEqual(sentTexts)
  }
})

/** A socket whose peer reads nothing until the test allows it; it copies nothing. */
class Stalled extends Duplex {
  readonly held: Buffer[] = []
  #done: (() => void) | undefined

  override _read(): void {
    // Nothing ever comes.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.held.push(chunk)
    this.#done = done
  }

  release(): void {
    const done = this.#done
    this.#done = undefined
    done?.()
  }
}

test('memory still queued in a slow socket is never overwritten, by its own frames or those of others', async () => {
  const slow = new Stalled()
  const slowWriter = new FrameWriter(slow, true)
  const other = writerOf('client')
  const texts = Array.from({ length: 400 }, (_, n) => `${n}:${'z'.repeat(n * 7)}`)
  for (const [n, text] of texts.entries()) {
    slowWriter.text(text)
    other.writer.text('Q'.repeat(n * 11))
    if (n % 3 === 0) await turn()
  }
  await turn()
  // Only now does it read what was handed to it all along.
  while (slow.writableLength > 0) {
    slow.release()
    await turn()
  }
  const frames = await readFrames(Buffer.concat(slow.held), 'client')

  expect(frames.map(({ payload }) => payload.toString())).toEqual(texts)
})

test('frames written before the socket is destroyed are dropped without an error', async () => {
  const sent = new SentBytes()
  const errors: Error[] = []
  sent.on('error', (error) => errors.push(error))
  const writer = new FrameWriter(sent as unknown as Duplex, true)
  writer.text('never')
  sent.destroy()
  await turn()
  writer.text('nor this')
  await turn()

  expect([sent.writes, errors, writer.pendingBytes]).toEqual([[], [], 0])
})

test('frames written before the socket is ended are dropped without an error', async () => {
  const sent = new SentBytes()
  const errors: Error[] = []
  sent.on('error', (error) => errors.push(error))
  const writer = new FrameWriter(sent as unknown as Duplex, true)
  writer.text('never')
  sent.end()
  await turn()

  expect([sent.writes, errors, writer.pendingBytes]).toEqual([[], [], 0])
})
