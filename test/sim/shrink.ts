/**
 * Makes a failing scenario small: leaves out halves, quarters, … single steps as long as it still fails in the same
 * way, then makes the world around it plain.
 */
import type { AnyScenario, Simulation, Verdict } from './simulation.js'

/** Runs that shrinking may take. */
const MAX_RUNS = 400

export async function shrink<S extends AnyScenario>(
  simulation: Simulation<S>,
  failing: Verdict<S>,
): Promise<Verdict<S>> {
  const shrinker = new Shrinker(simulation, failing)
  await shrinker.dropSteps()
  await shrinker.simplify()
  await shrinker.dropSteps()
  return shrinker.best
}

class Shrinker<S extends AnyScenario> {
  best: Verdict<S>
  readonly #simulation: Simulation<S>
  readonly #kinds: ReadonlySet<string>
  #runs = 0

  constructor(simulation: Simulation<S>, failing: Verdict<S>) {
    this.#simulation = simulation
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
    for (const plainer of this.#simulation.plainer) await this.#stillFails({ ...this.best.scenario, ...plainer })
  }

  async #stillFails(scenario: S): Promise<boolean> {
    if (this.#runs >= MAX_RUNS) return false
    this.#runs += 1
    const verdict = await this.#simulation.run(scenario)
    if (!verdict.problems.some((problem) => this.#kinds.has(kindOf(problem)))) return false
    this.best = verdict
    return true
  }
}

/** A problem without its numbers and names. */
function kindOf(problem: string): string {
  return problem.replaceAll(/[0-9a-f]{8}-[0-9a-f-]+|[\d.]+/g, '#').slice(0, 60)
}
