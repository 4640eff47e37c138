/**
 * Calls from one process to another through the relay, on all three sides: what they cost in CPU on both ends, and how
 * long one takes alone.
 */
import { MeasuredProcess } from '../measured-process.js'
import { Pairs, type PairLoad, type PairResult } from '../pair.js'
import { SIDE_NAMES } from '../processes/side.js'
import { interleave } from '../rounds.js'
import type { Suite } from '../suite.js'

interface CallSuite {
  readonly id: string
  readonly title: string
  readonly load: PairLoad
  readonly unit: string
  readonly figure: (result: PairResult) => number
  /** Of ours ÷ raw. */
  readonly target: number
}

function callSuite({ id, title, load, unit, figure, target }: CallSuite): Suite {
  return {
    id,
    title,
    async run({ rounds, calls = load.calls }) {
      await using relay = await MeasuredProcess.start('relay')
      const url = await relay.tell<string>('url')
      await using pairs = await Pairs.start(SIDE_NAMES, url)
      const figures = await interleave(pairs.list, rounds, async (pair) => figure(await pair.run({ ...load, calls })))
      const series = [...figures].map(([{ side }, values]) => ({ side, values }))
      return { unit, series, ratio: { of: 'ours', to: 'raw', target } }
    },
  }
}

export const cpuPerCall = callSuite({
  id: 'p1',
  title: 'CPU per call, both ends, 64 in flight, telemetry off',
  load: { calls: 20_000, inFlight: 64, payloadBytes: 16 },
  unit: 'µs',
  figure: ({ cpuUsPerCall }) => cpuUsPerCall,
  target: 1.15,
})

export const cpuPerLargeCall = callSuite({
  id: 'p3',
  title: 'CPU per call, both ends, 4 KiB payload, 64 in flight',
  load: { calls: 10_000, inFlight: 64, payloadBytes: 4096 },
  unit: 'µs',
  figure: ({ cpuUsPerCall }) => cpuUsPerCall,
  target: 0.85,
})

export const latency = callSuite({
  id: 'p4',
  title: 'Median time of a call, one at a time',
  load: { calls: 4000, inFlight: 1, payloadBytes: 16 },
  unit: 'µs',
  figure: ({ medianCallUs }) => medianCallUs,
  target: 1.1,
})
