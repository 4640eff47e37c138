/**
 * Calls from one process to another through the relay, on all three sides: CPU on both ends, and the latency of single
 * calls.
 */
import { contenders } from '../contender.js'
import { Group } from '../group.js'
import { MeasuredProcess } from '../measured-process.js'
import { Pair, type PairLoad, type PairResult } from '../pair.js'
import { SIDE_NAMES, TRACED_SIDE_NAMES } from '../processes/side.js'
import { interleave } from '../rounds.js'
import { seriesOf } from '../series.js'
import type { Suite } from '../suite.js'

/** The parameters of each suite for a pair, by its id. */
const CALL_LOADS: ReadonlyMap<string, PairLoad> = new Map([
  ['p1', { calls: 20_000, inFlight: 64, payloadBytes: 16 }],
  ['p2', { calls: 20_000, inFlight: 64, payloadBytes: 16 }],
  ['p3', { calls: 10_000, inFlight: 64, payloadBytes: 4096 }],
  ['p4', { calls: 2000, inFlight: 1, payloadBytes: 16 }],
])

/** The latency of single calls depends on how the scheduler places three processes; many short rounds even that out. */
const MIN_LATENCY_ROUNDS = 21

interface CallSuite {
  readonly minRounds?: number
  readonly id: string
  readonly title: string
  readonly unit: string
  readonly figure: (result: PairResult) => number
  /** Of ours ÷ raw. */
  readonly target: number
  readonly sides?: readonly string[]
  /** The side that represents this package. */
  readonly of?: string
}

function callSuite(suite: CallSuite): Suite {
  const { id, title, unit, figure, target, minRounds = 1, sides = SIDE_NAMES, of = 'ours' } = suite
  const load = CALL_LOADS.get(id)
  if (load === undefined) throw new Error(`no load for ${id}`)
  return {
    id,
    title,
    async run(options) {
      const { rounds, calls = load.calls } = options
      await using relay = await MeasuredProcess.start('relay')
      const url = await relay.tell<string>('url')
      await using pairs = await Group.start(contenders(options, sides, of), (contender) => Pair.start(contender, url))
      const results = await interleave(pairs.list, { rounds: Math.max(rounds, minRounds) }, async (pair) =>
        pair.run({ ...load, calls }),
      )
      return [{ unit, series: seriesOf(results, figure), base: 'raw', goal: { of, limit: target, want: 'at most' } }]
    },
  }
}

export const cpuPerCall = callSuite({
  id: 'p1',
  title: 'CPU per call, both ends, 64 in flight, telemetry off',
  unit: 'µs',
  figure: ({ cpuUsPerCall }) => cpuUsPerCall,
  target: 1.15,
})

export const cpuPerTracedCall = callSuite({
  id: 'p2',
  title: 'CPU per call, both ends, 64 in flight, telemetry on',
  unit: 'µs',
  figure: ({ cpuUsPerCall }) => cpuUsPerCall,
  target: 1.7,
  sides: TRACED_SIDE_NAMES,
  of: 'ours-traced',
})

export const cpuPerLargeCall = callSuite({
  id: 'p3',
  title: 'CPU per call, both ends, 4 KiB payload, 64 in flight',
  unit: 'µs',
  figure: ({ cpuUsPerCall }) => cpuUsPerCall,
  target: 0.85,
})

export const latency = callSuite({
  id: 'p4',
  title: 'Median time of a call, one at a time',
  unit: 'µs',
  figure: ({ medianCallUs }) => medianCallUs,
  minRounds: MIN_LATENCY_ROUNDS,
  target: 1.1,
})
