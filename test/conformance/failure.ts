/** What a scenario reports when the engine does not behave as recorded, told apart from faults of the runner. */
import { show, type Difference } from './comparison.js'

export class ScenarioFailure extends Error {
  override readonly name = 'ScenarioFailure'
}

/** The failure for a value that differs from its pattern, each difference on a line of its own. */
export function differs(what: string, differences: readonly Difference[], actual: unknown): ScenarioFailure {
  const lines = differences.map(({ path, expected, got }) => `${path}: expected ${expected}, got ${got}`)
  return new ScenarioFailure([what, ...lines, `whole value: ${show(actual)}`].join('\n  '))
}
