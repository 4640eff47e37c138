/**
 * `npm run sim -- --seed 42 [--trace]`: one seed, its problems, its course.
 * `npm run sim -- --seeds 20000 [--from 1] [--jobs 2] [--keep-going]`: many; each failing one is shrunk.
 * Exit code 1 when something is wrong.
 */
import { parseArgs } from 'node:util'
import { runSeed } from './run-seed.js'
import { runSeeds } from './run-seeds.js'
import { describeFailure } from './report.js'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
    'keep-going': { type: 'boolean', default: false },
    'no-shrink': { type: 'boolean', default: false },
  },
})

if (values.seed !== undefined) {
  const verdict = await runSeed(Number(values.seed), { trace: values.trace })
  const again = await runSeed(Number(values.seed))
  for (const line of verdict.lines ?? []) console.log(line)
  console.log(`seed ${values.seed}: ${verdict.events} events, trace ${verdict.hash}, again ${again.hash}`)
  if (again.hash !== verdict.hash) console.log('NOT DETERMINISTIC')
  if (verdict.problems.length > 0) console.log(await describeFailure(verdict, !values['no-shrink']))
  process.exitCode = verdict.problems.length > 0 || again.hash !== verdict.hash ? 1 : 0
} else {
  const failed = await runSeeds({
    from: Number(values.from),
    count: Number(values.seeds ?? 2_000),
    jobs: Number(values.jobs),
    keepsGoing: values['keep-going'],
    shrinks: !values['no-shrink'],
  })
  process.exitCode = failed > 0 ? 1 : 0
}
