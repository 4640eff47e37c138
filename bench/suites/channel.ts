/**
 * Bytes through a channel from one process to another, both packages over the same local engine: how fast, at what cost
 * at both ends, and with how much memory.
 */
import { contenders, type Contender } from '../contender.js'
import { MeasuredProcess } from '../measured-process.js'
import { interleave } from '../rounds.js'
import { seriesOf } from '../series.js'
import type { Suite } from '../suite.js'

const MIB = 1024 * 1024
const TRANSFER = { bytes: 256 * MIB, chunkBytes: 64 * 1024 }

interface Transferred {
  readonly mibPerSecond: number
  /** Of both ends; the engine is the same for all. */
  readonly cpuMsPerMib: number
  /** Of the end that had more. */
  readonly peakRssMib: number
}

/** New ends for each transfer, since the most memory a process had never goes down again. */
async function transfer({ label, side, root }: Contender, url: string): Promise<Transferred> {
  await using reader = await MeasuredProcess.start('channel-end', [side, url], root)
  await using writer = await MeasuredProcess.start('channel-end', [side, url], root)
  const functionId = `bench::${label}::count`
  await reader.tell('serve', functionId)
  // The first transfer warms up and proves that the function is there.
  await writer.tell('transfer', { ...TRANSFER, functionId, bytes: MIB })
  const readerCpuMs = await reader.cpuMs()
  const { wallMs, cpuMs } = await writer.tell<{ wallMs: number; cpuMs: number }>('transfer', {
    ...TRANSFER,
    functionId,
  })
  const mib = TRANSFER.bytes / MIB
  const peaks = await Promise.all([reader, writer].map((end) => end.tell<number>('peakRssBytes')))
  return {
    mibPerSecond: (mib * 1000) / wallMs,
    cpuMsPerMib: (cpuMs + (await reader.cpuMs()) - readerCpuMs) / mib,
    peakRssMib: Math.max(...peaks) / MIB,
  }
}

export const channel: Suite = {
  id: 'p10',
  title: '256 MiB through a channel',
  async run(options) {
    await using engine = await MeasuredProcess.start('engine')
    const url = await engine.tell<string>('url')
    const sides = contenders(options, ['peer', 'ours'], 'ours')
    const results = await interleave(sides, { rounds: options.rounds, warmUpRounds: 0 }, (side) => transfer(side, url))
    return [
      {
        name: 'throughput',
        unit: 'MiB/s',
        series: seriesOf(results, ({ mibPerSecond }) => mibPerSecond),
        base: 'peer',
        goal: { of: 'ours', limit: 1.3, want: 'at least' },
      },
      {
        name: 'CPU of both ends per MiB',
        unit: 'ms',
        series: seriesOf(results, ({ cpuMsPerMib }) => cpuMsPerMib),
        base: 'peer',
        goal: { of: 'ours', limit: 0.7, want: 'at most' },
      },
      {
        name: 'peak memory of an end',
        unit: 'MiB',
        series: seriesOf(results, ({ peakRssMib }) => peakRssMib),
        goal: { of: 'ours', limit: 110, want: 'at most' },
      },
    ]
  },
}
