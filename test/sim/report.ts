/** Tells of a failing seed: what is wrong, and the smallest scenario that is still wrong. */
import type { Verdict } from './run-seed.js'
import { shrink } from './shrink.js'

export async function report(verdict: Verdict, shrinks: boolean): Promise<void> {
  console.log(`\nseed ${verdict.scenario.seed} fails (npm run sim -- --seed ${verdict.scenario.seed} --trace):`)
  for (const problem of verdict.problems.slice(0, 10)) console.log(`  ${problem}`)
  if (!shrinks) return
  const { scenario, problems } = await shrink(verdict)
  console.log(`smallest scenario, ${scenario.steps.length} of ${verdict.scenario.steps.length} steps:`)
  const { steps, ...rest } = scenario
  console.log(`  ${JSON.stringify(rest)}`)
  for (const { at, what } of steps) console.log(`  ${at} ms ${JSON.stringify(what)}`)
  for (const problem of problems.slice(0, 5)) console.log(`  → ${problem}`)
}
