import { createHash } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { defaultChannelPorts } from '../../src/sdk/channel/default-ports.js'
import { ChannelReader } from '../../src/sdk/channel/reader.js'
import { ChannelWriter } from '../../src/sdk/channel/writer.js'
import { deferred } from '../../src/std/async/deferred.js'
import { seededRandom, type SeededRandom } from '../kit/seeded-random.js'
import { tcpPeer } from '../kit/socket-peer.js'
import { socketRig } from '../kit/local-rig.js'

const CUTS = process.env['TIER'] === 'nightly' ? 2000 : 100
const CHUNK = 32 * 1024
const CHUNKS = 24

interface CuttingProxy {
  readonly url: string
  /** Cuts the next connection after this many bytes have come from the client or gone to it. */
  cutAfter(bytes: number, how: Cut['how']): void
  /** Whether the request of that connection has reached the engine. */
  readonly hasAsked: boolean
}

interface Cut {
  left: number
  readonly how: 'destroy' | 'reset' | 'never'
  hasAsked: boolean
}

/** Passes bytes on and cuts a connection in the middle of them, on both of its sides. */
async function cuttingProxy(port: number): Promise<CuttingProxy> {
  let plan: Cut = { left: 0, how: 'never', hasAsked: false }
  const peer = await tcpPeer((client) => {
    const mine = plan
    const server = connect(port, '127.0.0.1')
    const end = (socket: Socket): void => {
      if (mine.how === 'reset') socket.resetAndDestroy()
      else socket.destroy()
    }
    const pass = (from: Socket, to: Socket): void => {
      from.on('data', (chunk: Buffer) => {
        const passed = mine.how === 'never' ? chunk : chunk.subarray(0, mine.left)
        mine.left -= passed.length
        if (from === client && passed.includes('\r\n\r\n')) mine.hasAsked = true
        if (!to.destroyed && !to.write(passed)) {
          from.pause()
          to.once('drain', () => from.resume())
        }
        if (mine.how !== 'never' && mine.left <= 0) {
          end(client)
          end(server)
        }
      })
      from.on('end', () => to.end())
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
    pass(client, server)
    pass(server, client)
  })
  return {
    url: peer.url,
    cutAfter: (bytes, how) => {
      plan = { left: bytes, how, hasAsked: false }
    },
    get hasAsked() {
      return plan.hasAsked
    },
  }
}

interface Ends {
  readonly sent: string
  readonly received: string
  readonly errors: unknown[]
  /** Whether the reader saw an end, and no error. */
  readonly isEndClean: boolean
}

interface Transfer {
  readonly writer: ChannelWriter
  readonly reader: ChannelReader
  readonly random: SeededRandom
  /** Whether the writer has connected to the engine; without one the reader waits for minutes. */
  readonly hasWriter: () => boolean
}

async function carry({ writer, reader, random, hasWriter }: Transfer): Promise<Ends> {
  const [sent, received] = [createHash('sha256'), createHash('sha256')]
  const write = async (): Promise<void> => {
    for (let n = 0; n < CHUNKS; n++) {
      const chunk = Buffer.alloc(1 + random.below(CHUNK), random.below(256))
      sent.update(chunk)
      await writer.write(chunk)
    }
    await writer.close()
  }
  const read = async (): Promise<void> => {
    for await (const chunk of reader) received.update(chunk)
  }
  const writing = write()
  writing.catch(() => (hasWriter() ? undefined : reader.close()))
  const ends = await Promise.allSettled([writing, read()])
  const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []))
  const isEndClean = ends[1].status === 'fulfilled'
  return { sent: sent.digest('hex'), received: received.digest('hex'), errors, isEndClean }
}

test(
  `each of ${String(CUTS)} channels cut at random arrives whole or causes an error at one end`,
  { timeout: 300_000 },
  async () => {
    const rig = await socketRig()
    const worker = await rig.addWorker()
    const proxy = await cuttingProxy(Number(new URL(rig.engine.url).port))
    const random = seededRandom(15)
    const seen = { whole: 0, rejected: 0, reportedOnly: 0 }
    // Counts channels with data missing and no error at the reader.
    const unseenByReader = { ofWriterCuts: 0, ofReaderCuts: 0 }
    for (let round = 0; round < CUTS; round++) {
      const { writerRef, readerRef } = await worker.channels.create()
      const isWriterCut = round % 2 === 0
      const at = (cut: boolean): string => (cut ? proxy.url : rig.engine.url)
      // Some beyond the end, so that whole ones are among them.
      proxy.cutAfter(1 + random.below(CHUNK * CHUNKS * 0.6), random.pick(['destroy', 'reset'] as const))
      const reported = deferred<unknown>()
      const onUnhandledError = (error: unknown): void => reported.resolve(error)
      const writer = new ChannelWriter(at(isWriterCut), writerRef, { ...defaultChannelPorts, onUnhandledError })
      const reader = new ChannelReader(at(!isWriterCut), readerRef)
      const hasWriter = (): boolean => !isWriterCut || proxy.hasAsked
      const { sent, received, errors, isEndClean } = await carry({ writer, reader, random, hasWriter })
      const description = `round ${String(round)}, cut at the ${isWriterCut ? 'writer' : 'reader'}`
      if (errors.length > 0) seen.rejected += 1
      else if (received === sent) seen.whole += 1
      else {
        // eslint-disable-next-line local/real-time -- the limit of a wait for sockets
        errors.push(await Promise.race([reported.promise, delay(2000, 'nothing was reported', { ref: false })]))
        seen.reportedOnly += 1
      }
      if (isEndClean && received !== sent) unseenByReader[isWriterCut ? 'ofWriterCuts' : 'ofReaderCuts'] += 1
      for (const error of errors) expect(error, description).toMatchObject({ code: expect.any(String) as string })
    }
    console.info(
      `cut channels: ${JSON.stringify(seen)}, short and clean at the reader: ${JSON.stringify(unseenByReader)}`,
    )
    // A reader always detects a cut of its own connection. The wire does not show one at the writer.
    expect(unseenByReader.ofReaderCuts).toBe(0)
    expect(seen.rejected).toBeGreaterThan(CUTS / 3)
    expect(await worker.trigger({ function_id: 'engine::channels::create', payload: {} })).toHaveProperty('reader')
  },
)

test('without a cut the same transfer arrives whole through the same proxy', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const proxy = await cuttingProxy(Number(new URL(rig.engine.url).port))
  const { writerRef, readerRef } = await worker.channels.create()
  const ends = { writer: new ChannelWriter(proxy.url, writerRef), reader: new ChannelReader(proxy.url, readerRef) }
  const { sent, received, errors } = await carry({ ...ends, random: seededRandom(1), hasWriter: () => true })
  expect(errors).toEqual([])
  expect(received).toBe(sent)
})
