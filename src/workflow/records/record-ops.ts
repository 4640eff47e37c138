/** The operations that change the record of a run (`record.ts`). Pure. */
import {
  cancelPath,
  EPOCH,
  GENERATION,
  LEASE,
  PARKED,
  type Cancel,
  type Claim,
  type Handed,
  type Next,
  type RunOutcome,
  type Parked,
  type Pause,
  type Run,
  type Start,
  type Watcher,
} from './record.js'
import type { StoreOp } from './store.js'

/** Starts a run; the first start decides. */
export function startOps(start: Start): StoreOp[] {
  return [{ type: 'append', path: 'start', value: start }]
}

/** Asks for a notice of the outcome. */
export function watchOps(watcher: Watcher): StoreOp[] {
  return [{ type: 'append', path: 'watchers', value: watcher }]
}

/** Asks for a run to be cancelled; the first request decides. */
export function cancelOps({ handed }: Run, cancel: Cancel): StoreOp[] {
  return [{ type: 'append', path: cancelPath(handed), value: cancel }]
}

/** Keeps a run from being continued. */
export function pauseOps(pause: Pause): StoreOp[] {
  return [{ type: 'set', path: 'pause', value: pause }]
}

/** Lets a run continue. */
export const resumeOps: StoreOp[] = [{ type: 'remove', path: 'pause' }]

/** Takes the epoch after the one that was read; the first to take it decides. The epochs before are over. */
function epochOps({ epoch }: Run, taken: (Claim | RunOutcome) & Handed): StoreOp[] {
  const ops: StoreOp[] = [{ type: 'append', path: EPOCH + String(epoch + 1), value: taken }]
  return epoch > 1 ? [...ops, { type: 'remove', path: EPOCH + String(epoch - 1) }] : ops
}

/** Claims the next epoch for a worker. */
export function claimOps(run: Run, claim: Claim): StoreOp[] {
  const after = run.claim === undefined ? {} : { after: run.claim.token }
  return epochOps(run, { ...run.handed, taken: run.handed.taken + 1, ...claim, ...after })
}

/** Extends the lease of one claim, whatever happened to the others. */
export function extendOps(token: string, until: number): StoreOp[] {
  return [{ type: 'set', path: LEASE + token, value: until }]
}

/** Releases a run, and removes what is left of the claim before. */
export function parkOps({ claim }: Run, parked: Parked): StoreOp[] {
  if (claim === undefined) return []
  const { token, after } = claim
  return [
    { type: 'set', path: PARKED + token, value: parked },
    { type: 'remove', path: LEASE + token },
    ...(after === undefined ? [] : [PARKED, LEASE].map((path): StoreOp => ({ type: 'remove', path: path + after }))),
  ]
}

/** Ends a run, if its owner still has it. */
export function endOps(run: Run, outcome: RunOutcome): StoreOp[] {
  return epochOps(run, { ...run.handed, ...outcome })
}

/** Begins the next generation for the owner of a run, or for `by`, if none has taken the run meanwhile. */
export function nextOps(run: Run, next: Next, by: Claim | undefined = run.claim): StoreOp[] {
  if (by === undefined) return []
  const generation = run.generation + 1
  // The present one may still be needed: another worker may take the next epoch first.
  const before: StoreOp[] = generation > 2 ? [{ type: 'remove', path: GENERATION + String(generation - 2) }] : []
  const retried = next.kept === undefined ? {} : { retried: generation }
  const handed = { ...run.handed, ...retried, generation, next: next.token }
  return [
    ...epochOps(run, { ...by, ...handed }),
    { type: 'append', path: GENERATION + String(generation), value: next },
    ...before,
  ]
}

/** Counts news, so that the owner of the run, or the next one, looks for them. */
export const newsOp: StoreOp = { type: 'increment', path: 'news', by: 1 }
