/** An engine of the maximum size in every dimension against a small one. */
import { SMALL } from '../growth-axes.js'
import { Group } from '../group.js'
import { interleave } from '../rounds.js'
import { seriesOf } from '../series.js'
import { Stage, type Size } from '../stage.js'
import type { Suite } from '../suite.js'

const FULL: Size = { ...SMALL, workers: 1000, functionsPerWorker: 10, pendingCalls: 100_000 }
const CALLS = 10_000

export const scale: Suite = {
  id: 'scale',
  title: 'One engine with 1,000 workers, 10,000 functions and 100,000 pending calls',
  async run({ rounds, calls = CALLS, builds }) {
    await using stages = await (builds === undefined
      ? Group.start(Object.entries({ small: SMALL, full: FULL }), ([label, size]) => Stage.start(label, size))
      : Group.start(builds, ({ label, root }) => Stage.start(label, FULL, root)))
    const results = await interleave(stages.list, { rounds }, async (stage) => ({
      ...(await stage.run(calls)),
      heapMb: (await stage.engineHeapBytes()) / 1e6,
    }))
    const base = builds === undefined ? { base: 'small' } : {}
    return [
      {
        name: 'CPU of the engine per call',
        unit: 'µs',
        series: seriesOf(results, ({ engineUs }) => engineUs),
        ...base,
      },
      { name: 'CPU of both ends per call', unit: 'µs', series: seriesOf(results, ({ endsUs }) => endsUs), ...base },
      {
        name: 'calls per second',
        unit: '/s',
        series: seriesOf(results, ({ callsPerSecond }) => callsPerSecond),
        ...base,
      },
      { name: 'heap of the engine', unit: 'MB', series: seriesOf(results, ({ heapMb }) => heapMb) },
    ]
  },
}
