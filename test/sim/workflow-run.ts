/** One simulated run of workflows, from its scenario to its verdict. */
import { auditWorkflows } from './workflow-audit.js'
import { generateWorkflow } from './workflow-generate.js'
import type { WorkflowScenario } from './workflow-scenario.js'
import { WorkflowWorld } from './workflow-world.js'

export async function runWorkflow(scenario: WorkflowScenario, trace = false) {
  const world = new WorkflowWorld(scenario, trace)
  const escaped = (reason: unknown): void => world.recorder.violate(`an unhandled rejection: ${(reason as Error).stack ?? String(reason)}`)
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  process.on('unhandledRejection', escaped)
  try {
    await world.run()
  } catch (error) {
    world.recorder.violate(`the run broke off: ${error instanceof Error ? error.stack ?? error.message : String(error)}`)
  } finally {
    process.off('unhandledRejection', escaped)
    Error.stackTraceLimit = stackTraceLimit
  }
  const problems = auditWorkflows(world)
  world.release()
  return { scenario, problems, events: world.schedule.events, lines: world.recorder.lines }
}
if (process.argv[2] === 'x') {
  const from = Number(process.argv[3]), count = Number(process.argv[4])
  const t = performance.now()
  let failed = 0, events = 0
  const kinds = new Map<string, number[]>()
  for (let seed = from; seed < from + count; seed++) {
    const v = await runWorkflow(generateWorkflow(seed), process.argv[5] === 't')
    events += v.events
    if (process.argv[5] === 't') for (const l of v.lines!) console.log(l.slice(0, 400))
    if (v.problems.length) { failed++
      const k = v.problems[0]!.replace(/t\d[^ ]*|\d+|"[^"]*"/g, '#').slice(0, 90)
      kinds.set(k, [...(kinds.get(k) ?? []), seed])
      if (failed < 4 || count < 5) console.log(seed, v.events, v.problems.slice(0, 5))
    }
  }
  for (const [k, s] of [...kinds].sort((a, b) => b[1].length - a[1].length)) console.log(s.length, k, s.slice(0, 8).join(' '))
  console.log(count, 'seeds', failed, 'failed', ((performance.now() - t) / count).toFixed(1), 'ms/seed', (events / count).toFixed(0), 'events')
}
