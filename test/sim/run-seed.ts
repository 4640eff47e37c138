/** One run of a scenario from its start to its verdict. */
import { audit } from './audit.js'
import { generate } from './generate.js'
import type { Scenario } from './scenario.js'
import { World } from './world.js'

export interface Verdict {
  readonly scenario: Scenario
  /** What is wrong; nothing, if all is well. */
  readonly problems: readonly string[]
  /** Equal for two runs of one scenario. */
  readonly hash: string
  readonly events: number
  readonly lines: readonly string[] | undefined
}

export interface RunOptions {
  /** Whether to keep what happened as lines. Default false. */
  readonly trace?: boolean
}

export function runSeed(seed: number, options?: RunOptions): Promise<Verdict> {
  return runScenario(generate(seed), options)
}

export async function runScenario(scenario: Scenario, { trace = false }: RunOptions = {}): Promise<Verdict> {
  const world = new World(scenario, trace)
  const escaped = (reason: unknown): void => world.journal.violate(`a rejection nobody handled: ${String(reason)}`)
  const { stackTraceLimit } = Error
  // Stacks travel in frames, and differ with the place the sources are in.
  Error.stackTraceLimit = 0
  process.on('unhandledRejection', escaped)
  try {
    await world.run()
  } catch (error) {
    world.journal.violate(`the run broke off: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    process.off('unhandledRejection', escaped)
    Error.stackTraceLimit = stackTraceLimit
  }
  const { hash, lines } = world.trace
  return { scenario, problems: audit(world), hash, events: world.schedule.events, lines }
}
