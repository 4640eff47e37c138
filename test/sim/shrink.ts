/**
 * Makes a failing scenario small: leaves out halves, quarters, … single steps as long as it still fails in the same
 * way, then makes the world around it plain.
 */
import { runScenario, type Verdict } from './run-seed.js'
import type { Scenario } from './scenario.js'

/** Runs that shrinking may take. */
const MAX_RUNS = 400

export async function shrink(failing: Verdict): Promise<Verdict> {
  const shrinker = new Shrinker(failing)
  await shrinker.dropSteps()
  await shrinker.simplify()
  await shrinker.dropSteps()
  return shrinker.best
}

class Shrinker {
  best: Verdict
  readonly #kinds: ReadonlySet<string>
  #runs = 0

  constructor(failing: Verdict) {
    this.best = failing
    this.#kinds = new Set(failing.problems.map(kindOf))
  }

  async dropSteps(): Promise<void> {
    for (
      let size = Math.ceil(this.best.scenario.steps.length / 2);
      size >= 1;
      size = size === 1 ? 0 : Math.ceil(size / 2)
    ) {
      for (let start = 0; start < this.best.scenario.steps.length;) {
        const { steps } = this.best.scenario
        const fewer = [...steps.slice(0, start), ...steps.slice(start + size)]
        if (!(await this.#stillFails({ ...this.best.scenario, steps: fewer }))) start += size
      }
    }
  }

  async simplify(): Promise<void> {
    await this.#stillFails({ ...this.best.scenario, jitterMs: 0 })
    await this.#stillFails({ ...this.best.scenario, latencyMs: 1 })
    await this.#stillFails({ ...this.best.scenario, bytesPerByte: 1 })
  }

  async #stillFails(scenario: Scenario): Promise<boolean> {
    if (this.#runs >= MAX_RUNS) return false
    this.#runs += 1
    const verdict = await runScenario(scenario)
    if (!verdict.problems.some((problem) => this.#kinds.has(kindOf(problem)))) return false
    this.best = verdict
    return true
  }
}

/** A problem without its numbers and names. */
function kindOf(problem: string): string {
  return problem.replaceAll(/[0-9a-f]{8}-[0-9a-f-]+|[\d.]+/g, '#').slice(0, 60)
}
