/** The simulation of workflows, from a scenario to its verdict. */
import { createHash } from 'node:crypto'
import type { RunOptions, Simulation, Verdict } from './simulation.js'
import { auditWorkflows } from './workflow-audit.js'
import { generateWorkflow } from './workflow-generate.js'
import type { WorkflowScenario } from './workflow-scenario.js'
import { WorkflowWorld } from './workflow-world.js'

/** Workflows on an engine that keeps all it has acknowledged; in every third seed, on one that forgets its last interval. */
export const WORKFLOWS: Simulation<WorkflowScenario> = {
  flags: ['--workflow'],
  generate: generateWorkflow,
  run: runWorkflow,
  plainer: [{ latencyMs: 1 }, { requestsInFlight: 1 }, { slots: 50 }, { workers: 1 }, { workers: 2 }, { lostWakes: 0 }],
}

async function runWorkflow(
  scenario: WorkflowScenario,
  { trace = false }: RunOptions = {},
): Promise<Verdict<WorkflowScenario>> {
  const world = new WorkflowWorld(scenario, trace)
  const { recorder, schedule } = world
  const escaped = (reason: unknown): void => recorder.violate(`an unhandled rejection: ${String(reason)}`)
  const { stackTraceLimit } = Error
  // Each operation of a flow makes an error for its place in the code, which costs more than all else here.
  Error.stackTraceLimit = 0
  process.on('unhandledRejection', escaped)
  try {
    await world.run()
  } catch (error) {
    recorder.violate(`the run broke off: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    process.off('unhandledRejection', escaped)
    Error.stackTraceLimit = stackTraceLimit
  }
  const problems = auditWorkflows(world)
  world.release()
  const { events, now } = schedule
  const hash = [events, now, recorder.executions.length, ...recorder.used.values()].join(' ')
  return {
    scenario,
    problems,
    hash: createHash('sha256').update(hash).digest('hex').slice(0, 12),
    events,
    lines: recorder.lines,
  }
}
