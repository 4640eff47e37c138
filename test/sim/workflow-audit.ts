/** Judges a simulated run of workflows once it is over: what was lost, what ended wrongly, what was not undone. */
import { readEntry } from '../../src/workflow/records/journal.js'
import { attentionOf, readRun, RECORD_KEY, scopeOf, type Run, type Wait } from '../../src/workflow/records/record.js'
import { readSignals } from '../../src/workflow/run/signals.js'
import { runOf } from './workflow-recorder.js'
import { expectedEnd, type Program } from './workflow-scenario.js'
import type { WorkflowWorld } from './workflow-world.js'

/** Reports runs that wait for what has happened already: nothing would wake them. */
export function findStuck(world: WorkflowWorld): void {
  const { engine, recorder, scenario, requests } = world
  // Due times are as far ahead as the clocks that set them.
  const isAhead = scenario.steps.some(
    ({ what }) => what.do === 'disaster' && what.disaster.kind === 'jump' && what.disaster.ms > 60_000,
  )
  if (isAhead || scenario.saveMs > 0) return
  for (const token of world.unfinished()) {
    const { name } = recorder.inputs.get(token)!
    const isUncertain = requests.some(
      ({ action, answer }) => 'run' in action && `r${action.run}` === name.run && answer !== 'accepted',
    )
    const run = readRun(engine.value(scopeOf(name), RECORD_KEY))
    if (run === undefined || isUncertain || attentionOf(run, Infinity).kind !== 'idle') continue
    for (const wait of run.parked!.waits) {
      if (hasHappened(world, run, wait)) recorder.violate(`${token} waits for ${wait.name}, which has happened`)
    }
    if (run.cancel !== undefined) recorder.violate(`${token} was cancelled and waits all the same`)
  }
}

function hasHappened({ engine }: WorkflowWorld, run: Run, { kind, name }: Wait): boolean {
  const values = [...engine.values(scopeOf(run.start)).values()]
  const entries = values.map(readEntry).filter((entry) => entry?.generation === run.generation)
  if (kind === 'run') {
    const child = entries.find((entry) => entry?.key.endsWith(`run:${name.slice(name.lastIndexOf('/') + 1)}`))?.begun
      ?.child
    return child !== undefined && readRun(engine.value(scopeOf(child), RECORD_KEY))?.outcome !== undefined
  }
  if (kind !== 'signal') return false
  const [, base] = /^(?:.*all(?:#\d+)?\.\d+\/)?(.*?)(?:#\d+)?$/.exec(name)!
  const key = `signal/${base!}`
  const consumed = new Set(entries.map((entry) => entry?.done?.signal?.token))
  return readSignals(engine.value(scopeOf(run.start), key)).some(({ token }) => !consumed.has(token))
}

/** All that went wrong. */
export function auditWorkflows(world: WorkflowWorld): readonly string[] {
  const { recorder, engine } = world
  for (const token of world.unfinished()) {
    const run = readRun(engine.value(scopeOf(recorder.inputs.get(token)!.name), RECORD_KEY))
    const why = run?.pause?.error === undefined ? '' : `, held: ${run.pause.error.message}`
    recorder.violate(`the run ${token} never ends${why}`)
  }
  if (world.scenario.saveMs > 0) {
    checkEndsOfChildren(world)
    return recorder.problems
  }
  for (const [token, { outcome }] of recorder.outcomes) {
    const { program } = recorder.inputs.get(token)!.input
    if (outcome.status !== 'cancelled' && outcome.status !== expectedEnd(program)) {
      recorder.violate(`the run ${token} is ${outcome.status}: ${JSON.stringify(outcome.error)}`)
    }
    if (outcome.status === 'cancelled' && !isCancelled(world, token)) {
      recorder.violate(`the run ${token} was cancelled, without a request`)
    }
    if (outcome.status === 'completed') checkResult(world, token, outcome.result)
    checkUndone(world, token, outcome.status)
    checkChildren(world, token)
  }
  return recorder.problems
}

/** A child is cancelled with its parent. */
function isCancelled({ requests, recorder }: WorkflowWorld, token: string): boolean {
  const { name } = recorder.inputs.get(token)!
  const [root] = name.run.split('>')
  return requests.some(({ action }) => action.do === 'cancel' && `r${action.run}` === root)
}

function checkResult({ recorder }: WorkflowWorld, token: string, result: unknown): void {
  const { input } = recorder.inputs.get(token)!
  const generation = lastGeneration(input.program)
  for (const [place, value] of Object.entries(result as Record<string, unknown>)) {
    const used = recorder.used.get(`${input.token}/${generation} ${place}`)
    if (used !== JSON.stringify(value)) {
      recorder.violate(
        `the result of ${token} has ${JSON.stringify(value)} at ${place}, where ${String(used)} was used`,
      )
    }
  }
}

function lastGeneration(program: Program): number {
  const again = program.at(-1)
  return again?.do === 'again' ? 1 + lastGeneration(again.program) : 0
}

/** What ran in the last generation of a run that failed or was cancelled is undone; nothing of one that completed. */
function checkUndone({ recorder, engine }: WorkflowWorld, token: string, status: string): void {
  const { name } = recorder.inputs.get(token)!
  const generation = readRun(engine.value(scopeOf(name), RECORD_KEY))?.generation ?? 0
  for (const { id } of recorder.undoables.values()) {
    if (runOf(id).replace(/\d+\/$/, '') !== `${token}/`) continue
    const done = recorder.journaled.get(id)
    const isUndone = recorder.undone.has(id)
    const isLast = runOf(id) === `${token}/${generation}/`
    const mustBe = status !== 'completed' && isLast && done !== undefined && done.error === undefined
    // What a superseded worker journaled late, the one that ended the run may not have known.
    if (mustBe && !isUndone && recorder.journaledAt.get(id)?.isLate === false)
      recorder.violate(`${id} was not undone, and ${token} is ${status}`)
    if (!mustBe && isUndone) recorder.violate(`${id} was undone, and ${token} is ${status}`)
  }
}

/** A child ends soon after a parent that was cancelled. */
function checkChildren({ recorder }: WorkflowWorld, token: string): void {
  const { outcome, at } = recorder.outcomes.get(token)!
  if (outcome.status !== 'cancelled') return
  const { name } = recorder.inputs.get(token)!
  for (const [child, { outcome: end, at: endedAt }] of recorder.outcomes) {
    if (!recorder.inputs.get(child)!.name.run.startsWith(`${name.run}>`) || end.status === 'cancelled') continue
    if (endedAt > at + 60_000) recorder.violate(`the child ${child} went on after its parent was cancelled`)
  }
}

/** A parent goes on with the end of a child that is still its end when the engine has forgotten some. */
function checkEndsOfChildren({ recorder }: WorkflowWorld): void {
  for (const [id, { value }] of recorder.journaled) {
    const end = recorder.outcomes.get(id)?.outcome
    if (end?.status !== 'completed' || JSON.stringify(end.result) === JSON.stringify(value)) continue
    recorder.violate(`the parent of ${id} went on with ${JSON.stringify(value)}, and it ended ${JSON.stringify(end)}`)
  }
}
