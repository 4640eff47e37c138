/** The time of a journaled step of a workflow, at the begin of a run and at its 500th step, against a call of the state. */
import { MeasuredProcess } from '../measured-process.js'
import { here } from '../contender.js'
import { interleave } from '../rounds.js'
import type { StepTimes } from '../processes/durable-steps.js'
import type { Suite } from '../suite.js'

const RUNS = 10

export const durableSteps: Suite = {
  id: 'p18',
  title: 'Time of a journaled step, one at a time, on the local engine in memory',
  async run({ rounds }) {
    await using engine = await MeasuredProcess.start('engine')
    await using steps = await MeasuredProcess.start('durable-steps', [await engine.tell<string>('url')])
    const results = await interleave([here('engine')], { rounds }, () => steps.tell<StepTimes>('run', RUNS))
    const times = [...results.values()].flat()
    const update = { side: 'state::update', values: times.map(({ updateUs }) => updateUs) }
    const figure = (side: string, of: (each: StepTimes) => number) => ({
      unit: 'µs',
      series: [update, { side, values: times.map(of) }],
      base: update.side,
      goal: { of: side, limit: 2, want: 'at most' as const },
    })
    return [
      { name: 'at step 1', ...figure('step 1', ({ firstUs }) => firstUs) },
      { name: 'at step 500', ...figure('step 500', ({ laterUs }) => laterUs) },
    ]
  },
}
