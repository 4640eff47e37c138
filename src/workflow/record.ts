/**
 * The record of a run: one value in engine state that holds its start, claims, lease, news and outcome. All pure: reads
 * the record, and makes the operations that change it. Elements are appended and the first of a list decides, so that
 * concurrent writers agree. Knows nothing of steps (`journal.ts`).
 */
import type { ErrorBody } from '../errors.js'
import { isRecord } from '../wire/protocol/validate.js'
import type { StoreOp } from './store.js'

/** How a run is named. */
export interface RunName {
  readonly workflow: string
  readonly run: string
}

/** The accepted start of a run. */
export interface Start extends RunName {
  /** Names the writer; with the name of a step it is the idempotency key of that step. */
  readonly token: string
  readonly input: unknown
  readonly version: number
  readonly at: number
  readonly traceparent?: string
}

/** A run that waits for the end of this one. */
export interface Watcher extends RunName {
  readonly token: string
}

/** One take-over of a run by a worker. */
export interface Claim {
  readonly token: string
  /** The name of the worker, for people. */
  readonly worker: string
  readonly until: number
  readonly leaseMs: number
  /** Claims in a row, before this one, that ended without releasing the run. */
  readonly crashes?: number
}

/** What a waiting run waits for. */
export interface Wait {
  /** `run`: the end of a child run. `retry`: the next attempt of a step, a call or an undo. */
  readonly kind: 'sleep' | 'signal' | 'run' | 'retry'
  /** The name of the operation in the journal. */
  readonly name: string
  /** When the wait ends by itself, in milliseconds since 1970; absent: never. */
  readonly due?: number
}

/** Left by a worker that released a run in good order. */
export interface Parked {
  readonly token: string
  readonly at: number
  /** When the run continues by itself; absent: never. */
  readonly due?: number
  /** The count of news that the worker had seen. */
  readonly news: number
  readonly waits: readonly Wait[]
}

/** A request to cancel. */
export interface Cancel {
  readonly token: string
  readonly at: number
  readonly reason?: string
}

/** Why a run does not continue until it is resumed. */
export interface Pause {
  /** `user`: on request. `held`: it kept failing, and is on the dead-letter list. */
  readonly by: 'user' | 'held'
  readonly at: number
  readonly error?: ErrorBody
}

/** How a run, or one generation of it, ended. */
export interface Outcome {
  readonly token: string
  readonly at: number
  readonly status: 'completed' | 'failed' | 'cancelled'
  readonly result?: unknown
  readonly error?: ErrorBody
  /** Errors of undo steps that failed for good. */
  readonly undoErrors?: readonly ErrorBody[]
}

/** The next generation of a run: the same id with a fresh journal. */
export interface Next {
  readonly token: string
  readonly at: number
  readonly input: unknown
  readonly version: number
  /** Signals consumed so far, by their key. */
  readonly consumed?: Readonly<Record<string, number>>
}

/** A record as it was read. */
export interface Run {
  readonly start: Start
  /** Counts `continueAs` and retries from a step, from 0. */
  readonly generation: number
  readonly input: unknown
  readonly version: number
  readonly consumed: Readonly<Record<string, number>>
  /** 0 before the first claim. */
  readonly epoch: number
  readonly claim: Claim | undefined
  /** When the lease of the claim ends. */
  readonly until: number
  /** Set while the latest claim has released the run. */
  readonly parked: Parked | undefined
  /** Counts what happened to the run from outside: signals, ended children, cancel, resume. */
  readonly news: number
  readonly cancel: Cancel | undefined
  readonly pause: Pause | undefined
  readonly outcome: Outcome | undefined
  /** Runs to notify of the outcome. */
  readonly watchers: readonly Watcher[]
}

const CLAIM = 'claim:'
const LEASE = 'lease:'
const GENERATION = 'generation:'
const OUTCOME = 'outcome:'

/** The key of the record in the scope of its run. */
export const RECORD_KEY = 'run'

/** Reads a record; `undefined` when the run was not started. Members of the wrong shape count as absent. */
export function readRun(value: unknown): Run | undefined {
  if (!isRecord(value)) return undefined
  const start = firstOf<Start>(value['start'])
  if (start === undefined) return undefined
  const epoch = highest(CLAIM, value)
  const claim = firstOf<Claim>(value[CLAIM + String(epoch)])
  const generation = highest(GENERATION, value)
  const next = firstOf<Next>(value[GENERATION + String(generation)])
  const extended = claim === undefined ? undefined : value[LEASE + claim.token]
  const parked = recordOf<Parked>(value['parked'])
  return {
    start,
    generation,
    ...beginningOf(start, next),
    epoch,
    claim,
    until: numberOf(extended) || (claim?.until ?? 0),
    parked: parked !== undefined && parked.token === claim?.token ? parked : undefined,
    news: numberOf(value['news']),
    cancel: firstOf<Cancel>(value['cancel']),
    pause: recordOf<Pause>(value['pause']),
    outcome: firstOf<Outcome>(value[OUTCOME + String(generation)]),
    watchers: Array.isArray(value['watchers']) ? (value['watchers'] as Watcher[]) : [],
  }
}

function beginningOf(start: Start, next: Next | undefined): Pick<Run, 'input' | 'version' | 'consumed'> {
  if (next === undefined) return { input: start.input, version: start.version, consumed: {} }
  return { input: next.input, version: next.version, consumed: next.consumed ?? {} }
}

/** The highest number among the keys with a prefix; 0 without any. */
function highest(prefix: string, value: Record<string, unknown>): number {
  let found = 0
  for (const key of Object.keys(value)) {
    if (key.startsWith(prefix)) found = Math.max(found, Number(key.slice(prefix.length)) || 0)
  }
  return found
}

/** The first element of a list: the one that decides. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what it has written
export function firstOf<T extends { readonly token: string }>(list: unknown): T | undefined {
  if (!Array.isArray(list)) return undefined
  const first: unknown = list[0]
  // Written by this file alone; a foreign element without a token counts as absent.
  return isRecord(first) && typeof first['token'] === 'string' ? (first as unknown as T) : undefined
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as above
function recordOf<T>(value: unknown): T | undefined {
  // Written by this file alone; any worker could overwrite it, as every value of state.
  return isRecord(value) ? (value as unknown as T) : undefined
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

/** What a run needs at a moment. */
export type Attention =
  | { readonly kind: 'ended' | 'paused' }
  /** Waits for news and nothing else. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'ready' }
  /** Nothing to do before `at`: a timer, or the end of the lease of its owner. */
  | { readonly kind: 'later'; readonly at: number; readonly isOwned: boolean }

/** What a run needs at `now`. */
export function attentionOf(run: Run, now: number): Attention {
  if (run.outcome !== undefined) return { kind: 'ended' }
  if (run.pause !== undefined) return { kind: 'paused' }
  if (run.claim === undefined) return { kind: 'ready' }
  const { parked } = run
  if (parked === undefined) {
    // A lease that ends later than any extension could set it was written before the clock moved back.
    const isOwned = run.until > now && run.until - now <= 2 * run.claim.leaseMs
    return isOwned ? { kind: 'later', at: run.until, isOwned } : { kind: 'ready' }
  }
  if (run.news > parked.news) return { kind: 'ready' }
  if (parked.due === undefined) return { kind: 'idle' }
  return parked.due <= now ? { kind: 'ready' } : { kind: 'later', at: parked.due, isOwned: false }
}

/** Whether a token owns the highest epoch. */
export function isOwner(run: Run | undefined, token: string): run is Run {
  return run?.claim?.token === token && run.parked === undefined
}

/** Starts a run; the first start decides. */
export function startOps(start: Start): StoreOp[] {
  return [{ type: 'append', path: 'start', value: start }]
}

/** Asks for a notice of the outcome. */
export function watchOps(watcher: Watcher): StoreOp[] {
  return [{ type: 'append', path: 'watchers', value: watcher }]
}

/** Asks for a run to be cancelled; the first request decides. */
export function cancelOps(cancel: Cancel): StoreOp[] {
  return [{ type: 'append', path: 'cancel', value: cancel }]
}

/** Keeps a run from being continued. */
export function pauseOps(pause: Pause): StoreOp[] {
  return [{ type: 'set', path: 'pause', value: pause }]
}

/** Lets a run continue. */
export const resumeOps: StoreOp[] = [{ type: 'remove', path: 'pause' }]

/** Claims the epoch after the one that was read; the first claim decides. */
export function claimOps(run: Run, claim: Claim): StoreOp[] {
  return [{ type: 'append', path: CLAIM + String(run.epoch + 1), value: claim }]
}

/** Extends the lease of one claim, whatever happened to the others. */
export function extendOps(token: string, until: number): StoreOp[] {
  return [{ type: 'set', path: LEASE + token, value: until }]
}

/** Releases a run, and removes the claims before this one, which decide nothing any more. */
export function parkOps(run: Run, parked: Parked): StoreOp[] {
  const before = run.epoch - 1
  return [
    { type: 'set', path: 'parked', value: parked },
    { type: 'remove', path: LEASE + parked.token },
    ...(before > 0 ? [{ type: 'remove', path: CLAIM + String(before) } as const] : []),
  ]
}

/** Ends a generation; the first outcome decides. */
export function endOps(run: Run, outcome: Outcome): StoreOp[] {
  return [{ type: 'append', path: OUTCOME + String(run.generation), value: outcome }]
}

/** Begins the next generation; the first one decides. */
export function nextOps(run: Run, next: Next): StoreOp[] {
  const { generation } = run
  return [
    { type: 'append', path: GENERATION + String(generation + 1), value: next },
    // Both decide nothing any more once the next generation exists.
    { type: 'remove', path: GENERATION + String(generation) },
    { type: 'remove', path: OUTCOME + String(generation) },
  ]
}

/** Counts news, so that the owner of the run, or the next one, looks for them. */
export const newsOp: StoreOp = { type: 'increment', path: 'news', by: 1 }

/** The scope of a run; one scope, so that an engine restores it as a whole. */
export function scopeOf({ workflow, run }: RunName): string {
  return runPrefix(workflow) + run
}

/** The run of a scope; nothing for a scope of anything else. */
export function runOfScope(scope: string): RunName | undefined {
  const { workflow, run } = RUN_SCOPE.exec(scope)?.groups ?? {}
  return workflow === undefined || run === undefined ? undefined : { workflow, run }
}

const RUN_SCOPE = /^workflow\/(?<workflow>[^/]+)\/run\/(?<run>.*)$/s

/** What the scopes of all runs of a workflow begin with. Ids of workflows have no slash. */
export function runPrefix(workflow: string): string {
  return `workflow/${workflow}/run/`
}
