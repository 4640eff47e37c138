/**
 * Requests to a run: start, signal, cancel, pause, resume. Each request is written to the run first, then
 * to the schedule, then announced; it counts once both are written, and the announcement may be lost.
 */
import { ErrorCode, RuntimeError } from '../../errors.js'
import type { Random } from '../../std/random.js'
import { delay, type Clock } from '../../std/time/clock.js'
import { keptEntries, readEntries } from './journal.js'
import type { TriggerRequest } from '../../sdk/worker/calls/trigger-request.js'
import {
  readRun,
  RECORD_KEY,
  scopeOf,
  type Claim,
  type Pause,
  type Run,
  type RunName,
  type Start,
  type Watcher,
} from './record.js'
import { cancelOps, newsOp, nextOps, parkOps, pauseOps, resumeOps, startOps, watchOps } from './record-ops.js'
import type { Due, Schedule } from './schedule.js'
import type { Store, StoreOp } from './store.js'

/** What requests need. */
export interface RequestParts {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  /** The schedule of any workflow. */
  readonly scheduleOf: (workflow: string) => Schedule
  /** Announces that a run may continue. A hint. */
  readonly wake: (name: RunName) => void
}

/** Starts a run, or joins the one that has the id already. @returns the run, as the first start began it. */
export async function startRun(parts: RequestParts, start: Start, watcher?: Watcher): Promise<Run> {
  const ops = [...startOps(start), ...(watcher === undefined ? [] : watchOps(watcher))]
  const run = readRun(await parts.store.update(scopeOf(start), RECORD_KEY, ops))
  if (run === undefined) throw notFound(start)
  // Also by those that join: the first may have ended before it could.
  await parts.scheduleOf(start.workflow).put(startEntry(run))
  parts.wake(start)
  return run
}

/** The entry of the schedule that every run begins with. */
export function startEntry({ start }: Run): { run: string; tag: string; due: number } {
  return { run: start.run, tag: 's', due: start.at }
}

/** The entry of the schedule that wakes a released run; none for a run that waits without a time. */
export function parkedEntry({ start, epoch }: Run, due: number | undefined): Due | undefined {
  return due === undefined ? undefined : { run: start.run, tag: `p${String(epoch)}`, due }
}

/** Changes a run, and lets its owner, or the next one, look at the change. */
export async function sendNews(parts: RequestParts, name: RunName, ops: readonly StoreOp[]): Promise<Run> {
  const run = readRun(await parts.store.update(scopeOf(name), RECORD_KEY, [...ops, newsOp]))
  if (run === undefined) throw notFound(name)
  const due = parts.clock.epochMs()
  await parts.scheduleOf(name.workflow).put({ run: name.run, tag: `n${String(run.news)}`, due })
  parts.wake(name)
  return run
}

/** Asks for a run to be cancelled. */
export async function cancelRun(parts: RequestParts, name: RunName, reason?: string): Promise<void> {
  const run = await openRun(parts, name)
  const at = parts.clock.epochMs()
  const cancel = { token: parts.random.uuid(), at, ...(reason === undefined ? {} : { reason }) }
  // A paused run is resumed: it has steps to undo.
  await sendNews(parts, name, [...cancelOps(run, cancel), ...resumeOps])
  await parts.store.remove(deadScope(name.workflow), name.run)
}

/** Keeps a run from being continued, once the steps that run now have ended. */
export async function pauseRun(parts: RequestParts, name: RunName): Promise<void> {
  await openRun(parts, name)
  await sendNews(parts, name, pauseOps({ by: 'user', at: parts.clock.epochMs() }))
}

/** Lets a paused or held run continue. */
export async function resumeRun(parts: RequestParts, name: RunName): Promise<void> {
  await openRun(parts, name)
  await sendNews(parts, name, resumeOps)
  await parts.store.remove(deadScope(name.workflow), name.run)
}

/**
 * Runs an ended run again from a step on, with the results before it. Default: from the first step that failed or was
 * undone. One write, so that of several retries at the same time one counts; the worker that takes the run adopts the
 * results (`adopt.ts`).
 * @throws {RuntimeError} `INVALID_ARGUMENT` for a run that has not ended, or without such a step.
 */
export async function retryRun(parts: RequestParts, name: RunName, from?: string): Promise<void> {
  const run = await findRun(parts, name)
  if (run.outcome === undefined) throw notEnded(name)
  const { store, clock, random } = parts
  if (from !== undefined) keptEntries(readEntries(await store.list(scopeOf(name)), run.generation), { from })
  const { input, version } = run
  const next = { token: random.uuid(), at: clock.epochMs(), input, version, kept: from === undefined ? {} : { from } }
  // No worker: the run is ready as soon as this is written.
  const by: Claim = { token: next.token, worker: '', until: 0, leaseMs: 0 }
  const released = parkOps({ ...run, claim: by }, { at: next.at, news: run.news, waits: [] })
  const after = await sendNews(parts, name, [...nextOps(run, next, by), ...released])
  // Another retry was first.
  if (after.generation === run.generation + 1 && after.handed.next !== next.token) throw notEnded(name)
}

function notEnded({ workflow, run }: RunName): RuntimeError {
  const text = `The run ${run} of ${workflow} has not ended. Cancel it first, or resume it`
  return new RuntimeError(ErrorCode.INVALID_ARGUMENT, text)
}

/** The topic on which workers of a workflow announce that a run may continue. */
export function topicOf(workflow: string): string {
  return `workflow/${workflow}`
}

/** The call that announces that a run may continue. */
export function announcement({ workflow, run }: RunName): TriggerRequest {
  return { function_id: 'publish', payload: { topic: topicOf(workflow), data: { run } }, namespace: 'default' }
}

/** Where held runs of a workflow are listed. */
export function deadScope(workflow: string): string {
  return `workflow/${workflow}/held`
}

/** Lists a held run. The record decides: an entry of a run that is no longer held may be left. */
export async function listHeld(store: Store, name: RunName, { at, error }: Pick<Pause, 'at' | 'error'>): Promise<void> {
  await store.set(deadScope(name.workflow), name.run, { run: name.run, at, error })
}

/** Reads a run. @throws {RuntimeError} `WORKFLOW_NOT_FOUND`. */
export async function findRun({ store }: Pick<RequestParts, 'store'>, name: RunName): Promise<Run> {
  const run = readRun(await store.get(scopeOf(name), RECORD_KEY))
  if (run === undefined) throw notFound(name)
  return run
}

/** Reads a run; one that has ended, once the engine cannot forget that any more. @throws {RuntimeError} `WORKFLOW_NOT_FOUND`. */
export async function settledRun(parts: Pick<RequestParts, 'store' | 'clock'>, name: RunName): Promise<Run> {
  for (let run = await findRun(parts, name); ;) {
    const { outcome } = run
    if (outcome?.settleMs === undefined) return run
    await delay(parts.clock, outcome.settleMs, 'background')
    run = await findRun(parts, name)
    if (run.outcome?.token === outcome.token) return run
  }
}

/** Reads a run that has not ended. @throws {RuntimeError} `WORKFLOW_NOT_FOUND` or `WORKFLOW_ENDED`. */
export async function openRun(parts: Pick<RequestParts, 'store'>, name: RunName): Promise<Run> {
  const run = await findRun(parts, name)
  if (run.outcome === undefined) return run
  const text = `The run ${name.run} of ${name.workflow} has ended: it is ${run.outcome.status}`
  throw new RuntimeError(ErrorCode.WORKFLOW_ENDED, text)
}

function notFound({ workflow, run }: RunName): RuntimeError {
  const text = `There is no run ${run} of ${workflow}. It was not started, or it ended and its retention is over`
  return new RuntimeError(ErrorCode.WORKFLOW_NOT_FOUND, text)
}
