/**
 * Ends a flow that is not continued: undo, the outcome, the next generation, or the dead-letter list; and what is
 * left to do when a run has ended. Each part can be repeated by another worker after a crash.
 */
import { assertNever } from '../../std/assert-never.js'
import { ErrorCode, IIIError, type ErrorBody } from '../../errors.js'
import { validate } from '../../sdk/schema/validation.js'
import { attempt } from './attempts.js'
import { entryKey, readEntry, undoKey } from '../records/journal.js'
import { errorBody, journaled, retryOf } from '../options.js'
import { isOwner, readRun, RECORD_KEY, scopeOf, type RunOutcome, type Run, type RunName } from '../records/record.js'
import { endOps, nextOps, parkOps, pauseOps } from '../records/record-ops.js'
import { cancelRun, listHeld, openRun, sendNews, type RequestParts } from '../records/requests.js'
import type { Due } from '../records/schedule.js'
import type { RunSession } from './session.js'
import type { Ending } from './session-parts.js'
import { removeConsumed, signalKeyOf } from './signals.js'

type Reason = Extract<Ending, { kind: 'stopped' }>['reason']

/** Writes what a stopped flow leads to. @returns the run after that; `undefined` when another worker has it. */
export async function conclude(session: RunSession, reason: Reason): Promise<Run | undefined> {
  switch (reason.kind) {
    case 'completed':
      return completed(session, reason.result)
    case 'failed':
      return undone(session, { status: 'failed', error: reason.error })
    case 'cancelled': {
      await cancelChildren(session)
      const message = `The run ${session.run.start.run} was cancelled${reason.reason === undefined ? '' : `: ${reason.reason}`}`
      return undone(session, { status: 'cancelled', error: { code: ErrorCode.WORKFLOW_CANCELLED, message } })
    }
    case 'continued':
      return continued(session, reason.input)
    case 'held':
      return hold(session, reason.error)
    default:
      return assertNever(reason)
  }
}

type Ended = Pick<RunOutcome, 'status' | 'result' | 'error' | 'undoErrors'>

async function completed(session: RunSession, result: unknown): Promise<Run | undefined> {
  const { workflow, settings } = session.parts
  const { id, output } = workflow
  try {
    if (output !== undefined) await validate(output, result, { id, side: 'output' })
    const { value } = journaled(`The result of ${id}`, result, settings.maxPayloadBytes)
    return await end(session, { status: 'completed', ...(value === undefined ? {} : { result: value }) })
  } catch (error) {
    if (!(error instanceof IIIError) || !OF_RESULTS.has(error.code)) throw error
    return undone(session, { status: 'failed', error: errorBody(error) })
  }
}

const OF_RESULTS: ReadonlySet<string> = new Set([ErrorCode.serialization_error, ErrorCode.WORKFLOW_LIMIT])

/** Attempts of an undo before it counts as failed. */
const UNDO_RETRY = retryOf({ attempts: 5, backoff: '1s..1m' })

/** Takes the steps back, the latest first, and ends the run. An undo that fails does not keep the others from running. */
async function undone(session: RunSession, ended: Ended): Promise<Run | undefined> {
  session.undoing()
  const undoErrors: ErrorBody[] = []
  for (const { key, branch, undo } of [...session.undos].sort((a, b) => b.order - a.order)) {
    const undoing = undoKey(key)
    const entry = session.replay.entry(undoing)
    const operation = { key: undoing, name: undoing, branch, entry, isUndo: true }
    const done =
      entry?.done ?? (await attempt(session, operation, { body: undo, retry: UNDO_RETRY, timeoutMs: undefined }))
    if (done.error !== undefined) undoErrors.push(done.error)
  }
  return end(session, { ...ended, ...(undoErrors.length === 0 ? {} : { undoErrors }) })
}

async function end(session: RunSession, ended: Ended): Promise<Run | undefined> {
  const { store, clock, settings } = session.parts
  const settling = settings.settleMs === 0 ? {} : { settleMs: settings.settleMs }
  const outcome: RunOutcome = { token: session.lease.token, at: clock.epochMs(), ...ended, ...settling }
  const run = readRun(await store.update(session.scope, RECORD_KEY, endOps(session.run, outcome)))
  return run?.outcome === undefined ? undefined : run
}

async function cancelChildren(session: RunSession): Promise<void> {
  for (const name of session.replay.children())
    await orMissing(cancelRun(session.parts, name, 'its parent was cancelled'))
}

async function continued(session: RunSession, input: unknown): Promise<Run | undefined> {
  const { store, clock, workflow } = session.parts
  const { token } = session.lease
  await removeConsumed(session)
  const next = { token, at: clock.epochMs(), input, version: workflow.version }
  const run = readRun(await store.update(session.scope, RECORD_KEY, nextOps(session.run, next)))
  if (!isOwner(run, token)) return undefined
  for (const key of session.replay.keys()) await store.remove(session.scope, entryKey(session.run.generation, key))
  return run
}

/** Puts a run on the dead-letter list, until it is resumed. */
export async function hold(session: RunSession, error: ErrorBody): Promise<Run | undefined> {
  const { store, clock } = session.parts
  const at = clock.epochMs()
  await listHeld(store, session.run.start, { at, error })
  const { token } = session.lease
  const parked = { at, news: session.run.news, waits: [] }
  const ops = [...pauseOps({ by: 'held', token, at, error }), ...parkOps(session.run, parked)]
  const run = readRun(await store.update(session.scope, RECORD_KEY, ops))
  return run?.claim?.token === token ? run : undefined
}

/**
 * Notifies the runs that wait for this one, and schedules its removal; removes it if it was kept for its time.
 * @param found the entry of the schedule that says so. One of an end before the run was retried comes too early.
 */
export async function afterEnd(
  parts: RequestParts,
  run: Run,
  { retentionMs, found }: { readonly retentionMs: number; readonly found: Due | undefined },
): Promise<void> {
  const removal = removalEntry(run, retentionMs)
  if (found?.tag === removal.tag) {
    await removeRun(parts, run.start)
    return
  }
  for (const watcher of run.watchers) await orMissing(openRun(parts, watcher).then(() => sendNews(parts, watcher, [])))
  await parts.scheduleOf(run.start.workflow).put(removal)
}

/** The entry of the schedule that removes an ended run. */
export function removalEntry({ start, generation, outcome }: Run, retentionMs: number): Due {
  return { run: start.run, tag: `x${String(generation)}`, due: (outcome?.at ?? start.at) + retentionMs }
}

/** Removes an ended run, its record last. */
async function removeRun({ store }: Pick<RequestParts, 'store'>, name: RunName): Promise<void> {
  const scope = scopeOf(name)
  for (const value of await store.list(scope)) {
    const entry = readEntry(value)
    if (entry !== undefined) await store.remove(scope, entryKey(entry.generation, entry.key))
    const signals = signalKeyOf(value)
    if (signals !== undefined) await store.remove(scope, signals)
  }
  await store.remove(scope, RECORD_KEY)
}

/** Another run may have ended or be gone, which leaves nothing to do. */
async function orMissing(request: Promise<unknown>): Promise<void> {
  try {
    await request
  } catch (error) {
    if (!(error instanceof IIIError) || !GONE.has(error.code)) throw error
  }
}

const GONE: ReadonlySet<string> = new Set([ErrorCode.WORKFLOW_NOT_FOUND, ErrorCode.WORKFLOW_ENDED])
