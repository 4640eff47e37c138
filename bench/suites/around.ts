/** The cost of what may stand around a call: one interceptor on each end, and an idempotency key. */
import { contenders } from '../contender.js'
import { Group } from '../group.js'
import { MeasuredProcess } from '../measured-process.js'
import { Pair } from '../pair.js'
import { interleave } from '../rounds.js'
import { seriesOf } from '../series.js'
import type { Suite } from '../suite.js'

/** Each key stays in the state of the engine, so there are few calls. */
const LOAD = { calls: 2_000, inFlight: 16, payloadBytes: 16 }
const SIDES = ['ours', 'ours-interceptor', 'ours-keyed']

export const around: Suite = {
  id: 'around',
  title: 'CPU per call, both ends, 16 in flight, with an interceptor or a key',
  async run(options) {
    const { rounds, calls = LOAD.calls } = options
    // Keys are claimed in the state of an engine, which the relay does not have.
    await using engine = await MeasuredProcess.start('engine')
    const url = await engine.tell<string>('url')
    await using pairs = await Group.start(contenders(options, SIDES, 'ours'), (side) => Pair.start(side, url))
    const results = await interleave(pairs.list, { rounds }, async (pair) => pair.run({ ...LOAD, calls }))
    const cpu = seriesOf(results, ({ cpuUsPerCall }) => cpuUsPerCall)
    const time = seriesOf(results, ({ medianCallUs }) => medianCallUs)
    return [
      { name: 'CPU of both ends', unit: 'µs', series: cpu, base: 'ours' },
      { name: 'median time', unit: 'µs', series: time, base: 'ours' },
    ]
  },
}
