import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ChannelReader } from '../../src/sdk/channel/reader.js'
import { ChannelWriter } from '../../src/sdk/channel/writer.js'
import type { StreamChannelRef } from '../../src/sdk/channel/channel-ref.js'
import { defaultChannelPorts } from '../../src/sdk/channel/default-ports.js'
import { defaultLimits } from '../../src/engine/limits.js'
import { registerWorker } from '../../src/index.js'
import { ChannelStage, type Weight } from './stages/channel-stage.js'
import { chaosProxy, type Cut } from '../kit/chaos-proxy.js'
import { seededRandom } from '../kit/seeded-random.js'

const nightly = process.env['TIER'] === 'nightly'
const MIB = 1024 * 1024
const LOAD_MS = nightly ? 600_000 : 4_000
const ROUND_MS = nightly ? 1_000 : 250
const TRANSFER_BYTES = 8 * MIB
const ITEM = Buffer.alloc(64 * 1024, 1)
const MAX_GROWTH_BYTES = 64 * MIB
/** After the last end has vanished. */
const FREED_WITHIN_MS = 10_000

/** Channels that one session fills. */
const FILLED = 200
const FILLED_BYTES = MIB
const MAX_CHANNEL_BYTES = defaultLimits.maxChannelBytes
/** What another session's transfer may take longer; one that is held up waits until memory is free. */
const UNHINDERED_MS = 3_000

const CUTS: readonly Cut[] = [
  { kind: 'destroy' },
  { kind: 'rst' },
  { kind: 'fin' },
  { kind: 'half-close', towards: 'server' },
  { kind: 'black-hole', forMs: 1000 },
]

const inMib = (bytes: number): string => (bytes / MIB).toFixed(1)
const quiet = { ...defaultChannelPorts, onUnhandledError: () => undefined }

async function write(writer: ChannelWriter, bytes: number): Promise<void> {
  for (let written = 0; written < bytes; written += ITEM.length) await writer.write(ITEM)
}

async function writeAll(writer: ChannelWriter): Promise<void> {
  await write(writer, TRANSFER_BYTES)
  await writer.close()
}

async function readAll(reader: ChannelReader): Promise<void> {
  for await (const _ of reader);
}

/** A transfer whose ends are both there. */
async function transfer({ maker, url }: ChannelStage): Promise<void> {
  const { writerRef, readerRef } = await maker.channels.create()
  await Promise.all([writeAll(new ChannelWriter(url, writerRef)), readAll(new ChannelReader(url, readerRef))])
}

async function timed(work: () => Promise<void>): Promise<number> {
  const since = performance.now()
  await work()
  return performance.now() - since
}

/** The socket of a channel end that is opened and never read. */
function silentEnd(url: string, { channel_id: id, access_key: key, direction }: StreamChannelRef): Socket {
  const { port, hostname } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined).pause()
  const path = `/ws/channels/${id}?key=${key}&dir=${direction === 'read' ? 'read' : 'write'}`
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  return socket
}

/** Polls until the engine has as many descriptors as before, and says how long that took. */
async function freedAfterMs(stage: ChannelStage, before: Weight): Promise<number> {
  const since = performance.now()
  await expect
    .poll(async () => (await stage.weighEngine()).descriptors, { timeout: FREED_WITHIN_MS, interval: 100 })
    .toBeLessThanOrEqual(before.descriptors)
  return performance.now() - since
}

test(
  'ends that are cut, never come or never read leave no memory and no socket behind',
  { timeout: 700_000 },
  async () => {
    const stage = await ChannelStage.open()
    // What a process takes that moves as much with all ends in place is not counted.
    await Promise.all(Array.from({ length: 12 }, () => transfer(stage)))
    const random = seededRandom(45)
    const proxy = await chaosProxy(Number(new URL(stage.url).port), () => ({
      atByte: 1 + random.below(TRANSFER_BYTES),
      cut: random.pick(CUTS),
    }))
    await stage.settle()
    const before = await stage.weighEngine()
    const seen = { rounds: 0, failures: 0, mostDescriptors: 0 }
    const failed = (): void => void (seen.failures += 1)

    /** One channel, whose two ends are gone after a round. */
    async function spoil(how: 'writer cut' | 'reader cut' | 'never claimed' | 'never read'): Promise<void> {
      const { writerRef, readerRef } = await stage.maker.channels.create()
      const at = (isCut: boolean): string => (isCut ? proxy.url : stage.url)
      const writer = new ChannelWriter(at(how === 'writer cut' || how === 'never claimed'), writerRef, quiet)
      const reader = new ChannelReader(at(how === 'reader cut'), readerRef, quiet)
      writeAll(writer).catch(failed)
      const silent = how === 'never read' ? silentEnd(stage.url, readerRef) : undefined
      if (how.endsWith('cut')) readAll(reader).catch(failed)
      // eslint-disable-next-line local/real-time -- a load on processes
      await delay(ROUND_MS * 2)
      writer.stream.destroy(new Error('vanished'))
      silent?.destroy()
      await reader.close()
    }

    const spoiled: Promise<void>[] = []
    for (const until = performance.now() + LOAD_MS; performance.now() < until;) {
      seen.rounds += 1
      for (const how of ['writer cut', 'reader cut', 'never claimed', 'never read'] as const) spoiled.push(spoil(how))
      if (seen.rounds % 5 === 0) {
        const { descriptors } = await stage.weighEngine()
        seen.mostDescriptors = Math.max(seen.mostDescriptors, descriptors)
      }
      // eslint-disable-next-line local/real-time -- a load on processes
      await delay(ROUND_MS)
    }
    await Promise.all(spoiled)
    const { peakBytes } = (await stage.seen()).engine
    const freedMs = await freedAfterMs(stage, before)
    const after = await stage.weighEngine()
    console.info(
      `vanished ends: ${JSON.stringify({ ...seen, freedMs: Math.round(freedMs), before, after })}, ` +
        `engine +${inMib(peakBytes - before.rssBytes)} MiB at most`,
    )
    // On a slow machine an end may be destroyed before its cut comes, which fails no read and no write of its own.
    expect(seen.failures).toBeGreaterThanOrEqual(seen.rounds / 2)
    expect(peakBytes - before.rssBytes).toBeLessThanOrEqual(MAX_GROWTH_BYTES)
  },
)

test(
  'a session without grants that fills channels is limited, delays no other, and leaves nothing behind',
  // Another's transfer takes longer on a machine that is busy otherwise.
  { timeout: 180_000 },
  async () => {
    const stage = await ChannelStage.open()
    await Promise.all(Array.from({ length: 12 }, () => transfer(stage)))
    await stage.settle()
    const before = await stage.weighEngine()
    const aloneMs = await timed(() => transfer(stage))
    const greedy = registerWorker(stage.guardedUrl, {
      workerName: 'greedy',
      otel: { enabled: false },
      diagnostics: 'silent',
    })
    const writers: ChannelWriter[] = []
    let refusal: unknown
    for (let n = 0; n < 1000 && refusal === undefined; n += 1) {
      const channel = await greedy.channels.create().catch((error: unknown) => void (refusal = error))
      if (channel !== undefined && n < FILLED) writers.push(new ChannelWriter(stage.url, channel.writerRef, quiet))
    }
    for (const writer of writers) write(writer, FILLED_BYTES).catch(() => undefined)
    // Its writers are held back once the memory of channels is used up.
    await expect
      .poll(async () => (await stage.weighEngine()).channelBytes, { timeout: 20_000 })
      .toBeGreaterThan(MAX_CHANNEL_BYTES * 0.9)
    const besideMs = await timed(() => transfer(stage))
    const { rssBytes } = await stage.weighEngine()
    for (const writer of writers) writer.stream.destroy(new Error('vanished'))
    await greedy.shutdown()
    const freedMs = await freedAfterMs(stage, before)
    const since = performance.now()
    const channelBytes = async (): Promise<number> => (await stage.weighEngine()).channelBytes
    await expect.poll(channelBytes, { timeout: FREED_WITHIN_MS }).toBe(before.channelBytes)
    const emptyMs = freedMs + performance.now() - since
    console.info(
      `greedy session: engine +${inMib(rssBytes - before.rssBytes)} MiB; another's transfer took ` +
        `${besideMs.toFixed(0)} ms (${aloneMs.toFixed(0)} alone); sockets free after ${freedMs.toFixed(0)} ms, memory after ${emptyMs.toFixed(0)}`,
    )
    expect(refusal).toMatchObject({ code: 'invocation_error', message: expect.stringContaining('session') as string })
    expect(rssBytes - before.rssBytes).toBeLessThanOrEqual(MAX_GROWTH_BYTES)
    expect(emptyMs).toBeLessThanOrEqual(FREED_WITHIN_MS)
    expect(besideMs).toBeLessThan(UNHINDERED_MS + 5 * aloneMs)
  },
)
