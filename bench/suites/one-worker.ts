/**
 * Calls per second of one worker process through the local engine: on this machine, shared with the caller and the
 * engine, and computed for a core of its own.
 */
import { contenders } from '../contender.js'
import { Group } from '../group.js'
import { MeasuredProcess } from '../measured-process.js'
import { Pair } from '../pair.js'
import { SIDE_NAMES } from '../processes/side.js'
import { interleave } from '../rounds.js'
import { seriesOf } from '../series.js'
import type { Suite } from '../suite.js'

const LOAD = { calls: 20_000, inFlight: 64, payloadBytes: 16 }

export const oneWorker: Suite = {
  id: 'worker',
  title: 'Calls answered by one worker process',
  async run(options) {
    const { rounds, calls = LOAD.calls } = options
    await using engine = await MeasuredProcess.start('engine')
    const url = await engine.tell<string>('url')
    await using pairs = await Group.start(contenders(options, SIDE_NAMES, 'ours'), (side) => Pair.start(side, url))
    const results = await interleave(pairs.list, { rounds }, (pair) => pair.run({ ...LOAD, calls }))
    return [
      {
        name: 'on all cores together',
        unit: '/s',
        series: seriesOf(results, ({ callsPerSecond }) => callsPerSecond),
      },
      {
        name: "by the worker's own CPU",
        unit: '/s',
        series: seriesOf(results, ({ calleeUsPerCall }) => 1e6 / calleeUsPerCall),
      },
    ]
  },
}
