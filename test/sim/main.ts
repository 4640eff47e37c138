/**
 * `npm run sim -- --seed 42 [--trace]`: one seed, its problems, its course.
 * `npm run sim -- --seeds 20000 [--from 1] [--jobs 2] [--keep-going]`: many; each failing one is shrunk.
 * `--workflow`: workflows under kills, instead of workers on a network.
 * Exit code 1 when something is wrong.
 */
import { parseArgs } from 'node:util'
import { describeFailure } from './report.js'
import { NETWORK } from './run-seed.js'
import { runSeeds } from './run-seeds.js'
import type { AnyScenario, Simulation } from './simulation.js'
import { WORKFLOWS } from './workflow-run.js'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
    workflow: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
    'no-shrink': { type: 'boolean', default: false },
  },
})

process.exitCode = values.workflow ? await main(WORKFLOWS) : await main(NETWORK)

async function main<S extends AnyScenario>(simulation: Simulation<S>): Promise<number> {
  if (values.seed !== undefined) return one(simulation, Number(values.seed))
  const failed = await runSeeds(simulation, {
    from: Number(values.from),
    count: Number(values.seeds ?? 2_000),
    jobs: Number(values.jobs),
    keepsGoing: values['keep-going'],
    shrinks: !values['no-shrink'],
  })
  return failed > 0 ? 1 : 0
}

async function one<S extends AnyScenario>(simulation: Simulation<S>, seed: number): Promise<number> {
  const verdict = await simulation.run(simulation.generate(seed), { trace: values.trace })
  const again = await simulation.run(simulation.generate(seed))
  for (const line of verdict.lines ?? []) console.log(line)
  console.log(`seed ${seed}: ${verdict.events} events, trace ${verdict.hash}, again ${again.hash}`)
  if (again.hash !== verdict.hash) console.log('NOT DETERMINISTIC')
  if (verdict.problems.length > 0) console.log(await describeFailure(simulation, verdict, !values['no-shrink']))
  return verdict.problems.length > 0 || again.hash !== verdict.hash ? 1 : 0
}
