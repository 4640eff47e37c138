/** Queues: a receipt means at least one run or a dead letter, never more attempts than allowed, and order in a group. */
import type { Op, Run } from './journal.js'
import type { World } from './world.js'

/** Attempts a queue makes in all. */
const MAX_ATTEMPTS = 3

export function auditQueues(world: World, runsOf: ReadonlyMap<number, readonly Run[]>): string[] {
  const jobs = world.journal.ops.filter(({ kind }) => kind === 'enqueue')
  return [
    ...jobs.flatMap((op) => auditJob(world, op, runsOf.get(op.op) ?? [])),
    ...auditOrder(
      jobs.filter(({ queue }) => queue === 'ordered'),
      runsOf,
    ),
  ]
}

/** Whether a stored job came to its end: done, dead, or gone with the engine that held it. */
function isAccountedFor(world: World, op: Op, runs: readonly Run[]): boolean {
  const holder = op.writtenTo[0]?.server?.process
  const isHeld = holder !== undefined && holder === world.allEngines.at(-1)?.process
  if (op.outcome === undefined || 'error' in op.outcome || !isHeld) return true
  return runs.some(({ end }) => end === 'returned') || world.observation?.deadLetters.includes(String(op.op)) === true
}

/** Whether all jobs with a receipt have come to their end. */
export function hasNoOpenJobs(world: World): boolean {
  const { ops, runs } = world.journal
  return ops.every((op) => {
    if (op.kind !== 'enqueue') return true
    return isAccountedFor(
      world,
      op,
      runs.filter((run) => run.op === op.op),
    )
  })
}

function auditJob(world: World, op: Op, runs: readonly Run[]): string[] {
  const problems: string[] = []
  if (runs.length > MAX_ATTEMPTS) problems.push(`job of op ${op.op} ran ${runs.length} times`)
  if (world.observation !== undefined && !isAccountedFor(world, op, runs)) {
    problems.push(`job of op ${op.op} has a receipt, but it neither ran to its end nor is it a dead letter`)
  }
  return problems
}

/** Jobs of one group that went over the same link in a row start in that order. */
function auditOrder(jobs: readonly Op[], runsOf: ReadonlyMap<number, readonly Run[]>): string[] {
  const last = new Map<string, { readonly op: Op; readonly startedAt: number }>()
  const problems: string[] = []
  for (const op of jobs) {
    const [link] = op.writtenTo
    const startedAt = runsOf.get(op.op)?.find(isKnownToEngine)?.startedAt
    if (link === undefined || startedAt === undefined) continue
    const key = `${link.name} ${op.group ?? ''}`
    const before = last.get(key)
    if (before !== undefined && before.startedAt > startedAt) {
      problems.push(`job of op ${op.op} overtook that of op ${before.op.op} in its group`)
    }
    last.set(key, { op, startedAt })
  }
  return problems
}

/** A frozen process may start a job after its connection has ended; the engine has given the job to another worker. */
function isKnownToEngine({ link, startedAt }: Run): boolean {
  const endedAt = link?.server?.closedAt
  return endedAt === undefined || endedAt > startedAt
}
