/** One run of a scenario from its start to its verdict. */
import { otelApi } from '../../src/sdk/telemetry/otel-modules.js'
import { audit } from './audit.js'
import { generate } from './generate.js'
import type { Scenario } from './scenario.js'
import type { RunOptions, Simulation, Verdict } from './simulation.js'
import { simRandom } from './sim-random.js'
import { World } from './world.js'

/** Workers and the engine on a simulated network. */
export const NETWORK: Simulation<Scenario> = {
  flags: [],
  generate,
  run: runScenario,
  plainer: [{ jitterMs: 0 }, { latencyMs: 1 }, { bytesPerByte: 1 }],
}

export function runSeed(seed: number, options?: RunOptions): Promise<Verdict<Scenario>> {
  return runScenario(generate(seed), options)
}

async function runScenario(scenario: Scenario, { trace = false }: RunOptions = {}): Promise<Verdict<Scenario>> {
  const world = new World(scenario, trace)
  const escaped = (reason: unknown): void => world.journal.violate(`an unhandled rejection: ${String(reason)}`)
  const { stackTraceLimit } = Error
  // Stacks travel in frames, and differ with the place the sources are in.
  Error.stackTraceLimit = 0
  process.on('unhandledRejection', escaped)
  const restore = withChanceOf(scenario)
  try {
    await world.run()
  } catch (error) {
    world.journal.violate(`the run broke off: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    restore()
    process.off('unhandledRejection', escaped)
    Error.stackTraceLimit = stackTraceLimit
  }
  const { hash, lines } = world.trace
  const problems = audit(world)
  await world.release()
  return { scenario, problems, hash, events: world.schedule.events, lines }
}

/** OpenTelemetry takes its ids from the process, and keeps its context there. */
function withChanceOf({ seed, workers }: Scenario): () => void {
  if (!workers.some(({ role }) => role?.kind === 'traced')) return () => undefined
  const random = Object.getOwnPropertyDescriptor(Math, 'random')!
  const chance = simRandom(seed ^ 0x165667b1)
  Math.random = () => chance.next()
  return () => {
    Object.defineProperty(Math, 'random', random)
    // Else every promise of later runs would pay for it.
    otelApi().context.disable()
  }
}
