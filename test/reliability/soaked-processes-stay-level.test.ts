import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { ChildActor } from '../kit/child-actor.js'
import { childCommand } from '../kit/compiled-project.js'
import { tcpPeer, type SocketPeer } from '../kit/socket-peer.js'

const nightly = process.env['TIER'] === 'nightly'
const CUT_EVERY_MS = nightly ? 5_000 : 1_000
const SAMPLE_EVERY_MS = nightly ? 60_000 : 1_500
const SAMPLES = nightly ? 10 : 5
/** The sample that the last one is compared with: the processes are warm by then. */
const WARM_SAMPLE = nightly ? 1 : 2
const MAX_GROWTH = 1.2
/** Pages that the allocator keeps after a collection: a process of 80 MiB may differ by them in seconds. */
const RSS_NOISE_BYTES = 16 * 1024 * 1024
/** Calls, jobs and records that are under way just then. */
const HEAP_NOISE_BYTES = 4 * 1024 * 1024
/** Descriptors more than in that sample: links and channels that are under way just then. */
const MAX_MORE_DESCRIPTORS = 12
const MIB = 1024 * 1024

interface Weight {
  readonly rssBytes: number
  readonly heapBytes: number
  readonly descriptors: number
}

interface Outcome {
  readonly done: Readonly<Record<string, number>>
  readonly failed: Readonly<Record<string, number>>
  readonly problems: readonly string[]
  readonly acknowledged: readonly number[]
}

const PARTS = ['engine', 'server', 'client'] as const
type Part = (typeof PARTS)[number]

async function started(name: Part): Promise<ChildActor> {
  const actor = new ChildActor(name, childCommand('soak-process'))
  onTestFinished(async () => {
    actor.kill()
    await actor.exited
  })
  return actor.started()
}

/** Forwards all bytes; `cut` ends all open connections. */
function cuttable(port: number): Promise<SocketPeer> {
  return tcpPeer((client) => {
    const server = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('error', () => to.destroy())
      from.once('close', () => to.destroy())
      from.pipe(to)
    }
  })
}

const row = (minute: number, weights: Readonly<Record<Part, Weight>>): string =>
  [
    String(minute),
    ...PARTS.map((part) => {
      const { rssBytes, heapBytes, descriptors } = weights[part]
      return `${(rssBytes / MIB).toFixed(0)} · ${(heapBytes / MIB).toFixed(1)} · ${String(descriptors)}`
    }),
  ].join(' | ')

test(
  'calls, jobs, state, streams, channels and HTTP over links that are cut again and again: no process grows, nothing is lost',
  { timeout: SAMPLES * SAMPLE_EVERY_MS + 120_000 },
  async () => {
    const [engine, server, client] = (await Promise.all(PARTS.map(started))) as [ChildActor, ChildActor, ChildActor]
    const { url, httpUrl } = await engine.do<{ url: string; httpUrl: string }>('engine')
    const proxy = await cuttable(Number(new URL(url).port))
    await server.do('serve', { url: proxy.url })
    await client.do('work', { url: proxy.url, httpUrl })
    let cuts = 0
    // eslint-disable-next-line local/real-time -- a load on processes over minutes
    const cutting = setInterval(() => {
      for (const socket of proxy.sockets) socket.destroy()
      cuts += 1
    }, CUT_EVERY_MS)
    onTestFinished(() => clearInterval(cutting))
    const samples: Record<Part, Weight>[] = []
    for (let minute = 1; minute <= SAMPLES; minute += 1) {
      // eslint-disable-next-line local/real-time -- a load on processes over minutes
      await delay(SAMPLE_EVERY_MS)
      const weights = await Promise.all([engine, server, client].map((actor) => actor.do<Weight>('weigh')))
      samples.push(Object.fromEntries(PARTS.map((part, n) => [part, weights[n]])) as Record<Part, Weight>)
    }
    clearInterval(cutting)
    const { acknowledged, ...outcome } = await client.do<Outcome>('stop')
    console.info(
      `soak of ${String(cuts)} cuts: ${JSON.stringify(outcome)}\n` +
        `minute | ${PARTS.map((part) => `${part}: RSS MiB · heap MiB · descriptors`).join(' | ')}\n` +
        samples.map((weights, n) => row(n + 1, weights)).join('\n'),
    )
    expect(outcome.problems).toEqual([])
    for (const [kind, failures] of Object.entries(outcome.failed)) {
      expect(outcome.done[kind] ?? 0, kind).toBeGreaterThan(failures)
    }
    // Jobs that were taken on during the last cut run once the server is back.
    const lost = (): Promise<number[]> => server.do('lost', { jobs: acknowledged })
    await expect.poll(lost, { timeout: 10_000 }).toEqual([])
    const [warm, last] = [samples[WARM_SAMPLE - 1]!, samples.at(-1)!]
    for (const part of PARTS) {
      const allowed = warm[part].rssBytes * MAX_GROWTH + (nightly ? 0 : RSS_NOISE_BYTES)
      expect(last[part].rssBytes, `RSS of the ${part}`).toBeLessThanOrEqual(allowed)
      const heapAllowed = warm[part].heapBytes * MAX_GROWTH + HEAP_NOISE_BYTES
      expect(last[part].heapBytes, `heap of the ${part}`).toBeLessThanOrEqual(heapAllowed)
      const more = last[part].descriptors - warm[part].descriptors
      expect(more, `descriptors of the ${part}`).toBeLessThanOrEqual(MAX_MORE_DESCRIPTORS)
    }
  },
)
