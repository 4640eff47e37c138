/**
 * The record of a run: one value in engine state that holds its start, claims, lease, news and outcome. Pure; the
 * operations that change it are in `record-ops.ts`. Elements are appended and the first of a list decides, so that
 * concurrent writers agree. Knows nothing of steps (`journal.ts`).
 *
 * Epochs are numbered lists, and the first element of the highest one says whose the run is, or how it ended: a take-over,
 * the next generation and the end all compete for the next epoch, so whatever a superseded worker still writes is void.
 */
import type { ErrorBody } from '../../errors.js'
import { isRecord } from '../../wire/protocol/validate.js'

/** How a run is named. */
export interface RunName {
  /** The id of the workflow. */
  readonly workflow: string
  /** The id of the run. */
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

/** State that each epoch passes to the next. */
export interface Handed {
  /** Counts `continueAs` and retries from a step, from 0. */
  readonly generation: number
  /** The token of the generation's `Next`; absent in generation 0. */
  readonly next?: string
  /** Number of times that a worker took over the run. */
  readonly taken: number
  /** The generation that the latest retry began; absent before the first one. */
  readonly retried?: number
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
  /** The token of the claim before this one. */
  readonly after?: string
}

/** The event that a run waits for. */
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
  /** The claim that holds the run. */
  readonly token?: string
  readonly at: number
  readonly error?: ErrorBody
}

/** How a run, or one generation of it, ended. */
export interface RunOutcome {
  readonly token: string
  readonly at: number
  readonly status: 'completed' | 'failed' | 'cancelled'
  readonly result?: unknown
  readonly error?: ErrorBody
  /** Errors of undo steps whose last attempt failed. */
  readonly undoErrors?: readonly ErrorBody[]
  /** How old it has to be, where the engine may forget it until then. */
  readonly settleMs?: number
}

/** The next generation of a run: the same id with a fresh journal. */
export interface Next {
  readonly token: string
  readonly at: number
  readonly input: unknown
  readonly version: number
  /** Set by a retry: the journal begins with what the generation before has in front of a step. */
  readonly kept?: KeptResults
}

/** Which results a retry keeps. */
export interface KeptResults {
  /** The step that runs again. Default: the first that failed or was undone. */
  readonly from?: string
}

/** A record as it was read. */
export interface Run {
  readonly start: Start
  readonly handed: Handed
  readonly generation: number
  readonly input: unknown
  readonly version: number
  /** Set in a generation that a retry began. */
  readonly kept: KeptResults | undefined
  /** 0 before the first claim. */
  readonly epoch: number
  /** The claim of that epoch; absent before the first one, and once the run has ended. */
  readonly claim: Claim | undefined
  /** When the lease of the claim ends, on the clock of its owner. */
  readonly until: number
  /** Set while the latest claim has released the run. */
  readonly parked: Parked | undefined
  /** Counts what happened to the run from outside: signals, ended children, cancel, resume. */
  readonly news: number
  readonly cancel: Cancel | undefined
  readonly pause: Pause | undefined
  readonly outcome: RunOutcome | undefined
  /** Runs to notify of the outcome. */
  readonly watchers: readonly Watcher[]
}

/** What the members of a record begin with: an epoch, the lease and the release of a claim, the beginning of a generation. */
export const EPOCH = 'epoch:'
export const LEASE = 'lease:'
export const PARKED = 'parked:'
export const GENERATION = 'generation:'

/** The key of the record in the scope of its run. */
export const RECORD_KEY = 'run'

/** Reads a record; `undefined` when the run was not started. Members of the wrong shape count as absent. */
export function readRun(value: unknown): Run | undefined {
  if (!isRecord(value)) return undefined
  const start = firstOf<Start>(value['start'])
  if (start === undefined) return undefined
  const epoch = highest(EPOCH, value)
  const { claim, outcome, handed } = readEpoch(value[EPOCH + String(epoch)])
  const { generation, next } = handed
  const pause = recordOf<Pause>(value['pause'])
  return {
    start,
    handed,
    generation,
    ...beginningOf(start, nextOf(value[GENERATION + String(generation)], next)),
    epoch,
    claim,
    until: claim === undefined ? 0 : untilOf(value, claim),
    parked: claim === undefined ? undefined : recordOf<Parked>(value[PARKED + claim.token]),
    news: numberOf(value['news']),
    cancel: firstOf<Cancel>(value[cancelPath(handed)]),
    pause: pause?.by === 'held' && pause.token !== claim?.token ? undefined : pause,
    outcome,
    watchers: Array.isArray(value['watchers']) ? (value['watchers'] as Watcher[]) : [],
  }
}

/** Where requests to cancel are. A retry leaves those before it behind. */
export function cancelPath({ retried = 0 }: Handed): string {
  return retried === 0 ? 'cancel' : `cancel:${String(retried)}`
}

/** Owner of an epoch, or the end of the run in it. Before the first epoch there is no passed state. */
function readEpoch(list: unknown): { readonly handed: Handed; readonly claim?: Claim; readonly outcome?: RunOutcome } {
  const held = firstOf<(Claim | RunOutcome) & Handed>(list)
  if (held === undefined) return { handed: { generation: 0, taken: 0 } }
  const { generation, taken, next, retried } = held
  const since = retried === undefined ? {} : { retried }
  const handed = { generation, taken, ...(next === undefined ? {} : { next }), ...since }
  return 'status' in held ? { handed, outcome: held } : { handed, claim: held }
}

function nextOf(list: unknown, token: string | undefined): Next | undefined {
  // Written by this file alone.
  return token === undefined || !Array.isArray(list) ? undefined : (list as Next[]).find((each) => each.token === token)
}

function beginningOf(start: Start, next: Next | undefined): Pick<Run, 'input' | 'version' | 'kept'> {
  const { input, version } = next ?? start
  return { input, version, kept: next?.kept }
}

/** When the lease of a claim ends, as a record has it. */
export function untilOf(value: unknown, { token, until }: Claim): number {
  return (isRecord(value) && numberOf(value[LEASE + token])) || until
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
  /** A worker has it; whether that one is alive shows in time. */
  | { readonly kind: 'owned'; readonly claim: Claim }
  /** Nothing to do before a timer. */
  | { readonly kind: 'later'; readonly at: number }

/** What a run needs at `now`. */
export function attentionOf(run: Run, now: number): Attention {
  if (run.outcome !== undefined) return { kind: 'ended' }
  if (run.pause !== undefined) return { kind: 'paused' }
  if (run.claim === undefined) return { kind: 'ready' }
  const { parked } = run
  if (parked === undefined) return { kind: 'owned', claim: run.claim }
  if (run.news > parked.news) return { kind: 'ready' }
  if (parked.due === undefined) return { kind: 'idle' }
  return parked.due <= now ? { kind: 'ready' } : { kind: 'later', at: parked.due }
}

/** How long a run has nothing to do; `Infinity`: until there are news. */
export function delayOf(attention: Attention, now: number): number {
  if (attention.kind === 'later') return attention.at - now
  return attention.kind === 'ready' ? 0 : Infinity
}

/** Whether a token owns the highest epoch, or has ended the run. */
export function isOwner(run: Run | undefined, token: string): run is Run {
  return (run?.outcome ?? run?.claim)?.token === token && run?.parked === undefined
}

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
