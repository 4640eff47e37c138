/**
 * Compares the runs of a workflow with its schedule after each start of an engine, which may have forgotten entries: puts
 * back what is missing. Reads every run, one after another, so that other requests get their turn.
 */
import { removalEntry } from './run/conclude.js'
import { attentionOf, readRun, RECORD_KEY, runPrefix, type Run } from './records/record.js'
import { listHeld, parkedEntry } from './records/requests.js'
import type { Due } from './records/schedule.js'
import type { RunSessionParts } from './run/session-parts.js'

/** Runs that are read between two looks whether another worker has finished. */
const READ_BETWEEN_LOOKS = 1_000

/**
 * Puts runs back into the schedule, once for each start of the engine.
 * @param boot identifies the start of the engine, where that can be read.
 */
export async function audit(parts: RunSessionParts, boot: string | undefined, isOpen: () => boolean): Promise<void> {
  const { store, clock, workflow } = parts
  const scope = `workflow/${workflow.id}/boot`
  const isDone = async (): Promise<boolean> => {
    const last = (await store.get(scope, 'audit')) as { readonly boot?: string } | undefined
    return boot !== undefined && last?.boot === boot
  }
  if (await isDone()) return
  const prefix = runPrefix(workflow.id)
  const scopes = (await store.scopes()).filter((name) => name.startsWith(prefix))
  for (const [index, name] of scopes.entries()) {
    if (!isOpen() || (index % READ_BETWEEN_LOOKS === READ_BETWEEN_LOOKS - 1 && (await isDone()))) return
    await reschedule(parts, readRun(await store.get(name, RECORD_KEY)))
  }
  if (boot !== undefined) await store.set(scope, 'audit', { boot, at: clock.epochMs() })
}

async function reschedule(parts: RunSessionParts, run: Run | undefined): Promise<void> {
  if (run === undefined) return
  const now = parts.clock.epochMs()
  const attention = attentionOf(run, now)
  const { start, pause } = run
  if (pause?.by === 'held' && run.outcome === undefined) await listHeld(parts.store, start, pause)
  if (attention.kind === 'paused' || attention.kind === 'idle') return
  const schedule = parts.scheduleOf(parts.workflow.id)
  const known = entryOf(run, parts.settings.retentionMs)
  // An ended run without its entry is looked at: what follows its end may not have been done.
  const isMissing = known === undefined || (run.outcome !== undefined && !(await schedule.has(known)))
  await (isMissing ? schedule.put({ run: start.run, tag: 'a', due: now }) : schedule.keep(known))
}

/** The entry that a run should have, if it is known. */
function entryOf(run: Run, retentionMs: number): Due | undefined {
  return run.outcome === undefined ? parkedEntry(run, run.parked?.due) : removalEntry(run, retentionMs)
}
