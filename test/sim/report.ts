/** Reports a failing seed: its problems, and the smallest scenario that still fails. */
import { shrink } from './shrink.js'
import type { AnyScenario, Simulation, Verdict } from './simulation.js'

export async function describeFailure<S extends AnyScenario>(
  simulation: Simulation<S>,
  verdict: Verdict<S>,
  shrinks: boolean,
): Promise<string> {
  const { seed } = verdict.scenario
  const lines = [
    `seed ${seed} fails (npm run sim -- ${[...simulation.flags, '--seed', seed].join(' ')} --trace):`,
    ...indented(verdict.problems.slice(0, 10)),
  ]
  if (!shrinks) return lines.join('\n')
  const { scenario, problems } = await shrink(simulation, verdict)
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
