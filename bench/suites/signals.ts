/** The cost of each telemetry signal: spans against telemetry disabled, every other signal against spans. */
import { contenders } from '../contender.js'
import { Group } from '../group.js'
import { MeasuredProcess } from '../measured-process.js'
import { Pair } from '../pair.js'
import { interleave } from '../rounds.js'
import { seriesOf } from '../series.js'
import type { Suite } from '../suite.js'

const LOAD = { calls: 10_000, inFlight: 64, payloadBytes: 16 }
const SIDES = ['ours', 'ours-spans', 'ours-payloads', 'ours-metrics', 'ours-logs', 'ours-traced']

export const signals: Suite = {
  id: 'signals',
  title: 'CPU per call, both ends, 64 in flight, by telemetry signal',
  async run(options) {
    const { rounds, calls = LOAD.calls } = options
    await using relay = await MeasuredProcess.start('relay')
    const url = await relay.tell<string>('url')
    await using pairs = await Group.start(contenders(options, SIDES, 'ours-traced'), (side) => Pair.start(side, url))
    const results = await interleave(pairs.list, { rounds }, async (pair) => pair.run({ ...LOAD, calls }))
    const series = seriesOf(results, ({ cpuUsPerCall }) => cpuUsPerCall)
    return [{ unit: 'µs', series, base: 'ours' }]
  },
}
