/**
 * Bytes through a channel from one process to another, both packages over the same relay and then over the same local
 * engine: throughput, CPU at both ends, and memory.
 */
import { contenders, type Contender } from '../contender.js'
import { Group } from '../group.js'
import { MeasuredProcess } from '../measured-process.js'
import { interleave } from '../rounds.js'
import { seriesOf } from '../series.js'
import type { Figure, RunOptions, Suite } from '../suite.js'

const MIB = 1024 * 1024
const TRANSFER = { bytes: 256 * MIB, chunkBytes: 64 * 1024 }

interface Transferred {
  readonly mibPerSecond: number
  /** Of both ends. */
  readonly endsMsPerMib: number
  readonly routerMsPerMib: number
  /** Of the end with the higher value. */
  readonly peakRssMib: number
}

/** A side with its own router, so that the traces of one side do not slow down another. */
class Route implements AsyncDisposable {
  readonly label: string
  readonly #side: Contender
  readonly #router: MeasuredProcess

  private constructor(side: Contender, router: MeasuredProcess) {
    this.label = side.label
    this.#side = side
    this.#router = router
  }

  /** The name of the side is for the profiler; the router does not use it. */
  static readonly start = async (router: string, contender: Contender): Promise<Route> =>
    new Route(contender, await MeasuredProcess.start(router, [contender.side]))

  /** New ends for each transfer, since the peak memory of a process never decreases. */
  async transfer(): Promise<Transferred> {
    const { label, side, root } = this.#side
    const url = await this.#router.tell<string>('url')
    await using reader = await MeasuredProcess.start('channel-end', [side, url, 'reader'], root)
    await using writer = await MeasuredProcess.start('channel-end', [side, url, 'writer'], root)
    const functionId = `bench::${label}::count`
    await reader.tell('serve', functionId)
    // The first transfer warms up and verifies that the function is registered.
    await writer.tell('transfer', { ...TRANSFER, functionId, bytes: MIB })
    const before = await Promise.all([reader.cpuMs(), this.#router.cpuMs()])
    const sent = await writer.tell<{ wallMs: number; cpuMs: number }>('transfer', { ...TRANSFER, functionId })
    const after = await Promise.all([reader.cpuMs(), this.#router.cpuMs()])
    const peaks = await Promise.all([reader, writer].map((end) => end.tell<number>('peakRssBytes')))
    const mib = TRANSFER.bytes / MIB
    return {
      mibPerSecond: (mib * 1000) / sent.wallMs,
      endsMsPerMib: (sent.cpuMs + after[0] - before[0]) / mib,
      routerMsPerMib: (after[1] - before[1]) / mib,
      peakRssMib: Math.max(...peaks) / MIB,
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#router[Symbol.asyncDispose]()
  }
}

async function through(router: string, names: readonly string[], options: RunOptions): Promise<readonly Figure[]> {
  const sides = contenders(options, names, 'ours')
  await using routes = await Group.start(sides, (side) => Route.start(router, side))
  const { rounds } = options
  const results = await interleave(routes.list, { rounds, warmUpRounds: 0 }, (route) => route.transfer())
  const figure = (name: string, unit: string, pick: (result: Transferred) => number): Figure => ({
    name: `${name}, ${router}`,
    unit,
    series: seriesOf(results, pick),
  })
  return [
    {
      ...figure('throughput', 'MiB/s', ({ mibPerSecond }) => mibPerSecond),
      base: 'peer',
      goal: { of: 'ours', limit: 1.3, want: 'at least' },
    },
    {
      ...figure('CPU of both ends per MiB', 'ms', ({ endsMsPerMib }) => endsMsPerMib),
      base: 'peer',
      goal: { of: 'ours', limit: 0.7, want: 'at most' },
    },
    { ...figure('CPU of the router per MiB', 'ms', ({ routerMsPerMib }) => routerMsPerMib), base: 'peer' },
    {
      ...figure('peak memory of an end', 'MiB', ({ peakRssMib }) => peakRssMib),
      goal: { of: 'ours', limit: 110, want: 'at most' },
    },
  ]
}

export const channel: Suite = {
  id: 'p10',
  title: '256 MiB through a channel',
  async run(options) {
    const bare = await through('relay', ['raw-channels', 'peer', 'ours'], options)
    return [...bare, ...(await through('engine', ['peer', 'ours'], options))]
  },
}
