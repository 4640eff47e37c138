/** Whether the cost of a call grows with the engine: ten times the functions or workers, a hundred times the calls. */
import { AXES, type Axis } from '../growth-axes.js'
import { Group } from '../group.js'
import { interleave } from '../rounds.js'
import { seriesOf } from '../series.js'
import { Stage } from '../stage.js'
import type { Figure, RunOptions, Suite } from '../suite.js'

const CALLS = 10_000

async function grow(axis: Axis, { rounds, calls = CALLS, builds }: RunOptions): Promise<readonly Figure[]> {
  const { name, held, sizeAt } = axis
  if (held === undefined) return []
  // Builds are compared at the largest size.
  await using stages = await (builds === undefined
    ? Group.start(held, (point) => Stage.start(String(point), sizeAt(point)))
    : Group.start(builds, ({ label, root }) => Stage.start(label, sizeAt(held[1]), root)))
  const results = await interleave(stages.list, { rounds }, (stage) => stage.run(calls))
  const [from, to] = held
  return [
    {
      name,
      unit: 'µs',
      series: seriesOf(results, ({ engineUs, endsUs }) => engineUs + endsUs),
      base: String(from),
      goal: { of: String(to), limit: 1.1, want: 'at most' },
    },
  ]
}

export const growth: Suite = {
  id: 'p11',
  title: 'CPU per call, engine and both ends, as the engine fills',
  async run(options) {
    const figures: Figure[] = []
    for (const axis of AXES) figures.push(...(await grow(axis, options)))
    return figures
  },
}
