/** Reports a failing seed: its problems, and the smallest scenario that still fails. */
import type { Verdict } from './run-seed.js'
import { shrink } from './shrink.js'

export async function describeFailure(verdict: Verdict, shrinks: boolean): Promise<string> {
  const { seed } = verdict.scenario
  const lines = [
    `seed ${seed} fails (npm run sim -- --seed ${seed} --trace):`,
    ...indented(verdict.problems.slice(0, 10)),
  ]
  if (!shrinks) return lines.join('\n')
  const { scenario, problems } = await shrink(verdict)
  const { steps, ...rest } = scenario
  return [
    ...lines,
    `smallest scenario, ${steps.length} of ${verdict.scenario.steps.length} steps:`,
    ...indented([JSON.stringify(rest), ...steps.map(({ at, what }) => `${at} ms ${JSON.stringify(what)}`)]),
    ...problems.slice(0, 5).map((problem) => `  → ${problem}`),
  ].join('\n')
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}
