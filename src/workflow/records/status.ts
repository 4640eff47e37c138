/**
 * What a run looks like from outside: its status, and its history as a list. Both are read from state alone, so every
 * program that can call the engine shows them. Pure.
 */
import type { ErrorBody } from '../../errors.js'
import { adoptedEntries, partsOf, readEntries, type Done, type JournalEntry, type OperationKind } from './journal.js'
import { readRun, type Run, type Wait } from './record.js'
import { traceOf } from './trace-context.js'

/** The states of a run. `held`: on the dead-letter list, until it is resumed. */
export type RunState = 'running' | 'waiting' | 'paused' | 'held' | 'completed' | 'failed' | 'cancelled'

/** Result of `status()`. */
export interface RunStatus {
  /** The id of the workflow. */
  readonly workflow: string
  /** The id of the run, unique within its workflow. */
  readonly runId: string
  /** The state of the run. `held`: on the dead-letter list, until it is resumed. */
  readonly state: RunState
  /** The `version` of the workflow that the current generation of the run started with. */
  readonly version: number
  /** Counts `continueAs` and retries from a step, from 0. */
  readonly generation: number
  /** When the run was started, in milliseconds since 1970. */
  readonly startedAt: number
  /** Identifies the trace of the current generation of the run: 32 hex digits. */
  readonly traceId: string
  /** When the run ended, in milliseconds since 1970; absent until the run ends. */
  readonly endedAt?: number
  /** Name of the worker that runs it. */
  readonly worker?: string
  /** Number of times that a worker took over the run. */
  readonly claims: number
  /** The event that the run waits for; absent if it does not wait. */
  readonly waitingFor: readonly Wait[]
  /** Whether cancellation was requested; the run may still be active. */
  readonly isCancelRequested: boolean
  /** The input of the current generation, as JSON. */
  readonly input: unknown
  /** The result, as JSON; set only if the run completed with one. */
  readonly result?: unknown
  /** The error of a run that failed or was cancelled, or why it is held; otherwise absent. */
  readonly error?: ErrorBody
  /** Errors of undo steps whose last attempt failed. */
  readonly undoErrors?: readonly ErrorBody[]
}

/** One operation in the history of a run. */
export interface HistoryEntry {
  /** Identifies the operation: branches, kind and name. */
  readonly key: string
  /** The kind of the operation, mostly the method of `Flow` that began it. */
  readonly kind: OperationKind
  /** The name in the journal, preceded by those of its branches. */
  readonly name: string
  /** `retrying`: an attempt failed, and the next one is due. */
  readonly state: 'waiting' | 'retrying' | 'completed' | 'failed'
  /**
   * When the wait or the last attempt began, in milliseconds since 1970. While a step is retried: when its first attempt
   * failed.
   */
  readonly startedAt: number
  /** When the operation ended, in milliseconds since 1970; absent until then. */
  readonly endedAt?: number
  /** Attempts that have ended. */
  readonly attempts: number
  /** The journaled result, as JSON; absent unless the operation completed. */
  readonly value?: unknown
  /** The error of the operation, or of its last attempt while it is retried; otherwise absent. */
  readonly error?: ErrorBody
  /** When the wait or the delay before the next attempt ends. */
  readonly due?: number
}

/** The history of a run, with the input it began with; can be kept as JSON and replayed by tests. */
export interface RunHistory {
  /** The id of the workflow. */
  readonly workflow: string
  /** The id of the run, unique within its workflow. */
  readonly runId: string
  /** The `version` of the workflow that the current generation of the run started with. */
  readonly version: number
  /** The input of the current generation, as JSON. */
  readonly input: unknown
  /** The operations, in the order in which they began. */
  readonly entries: readonly HistoryEntry[]
  /** The journal as it is stored, for `replay`. */
  readonly journal: readonly JournalEntry[]
}

/** The status of a run. */
export function statusOf(run: Run): RunStatus {
  const { start, parked, outcome, pause, claim } = run
  const error = outcome?.error ?? pause?.error
  return {
    workflow: start.workflow,
    runId: start.run,
    state: stateOf(run),
    version: run.version,
    generation: run.generation,
    startedAt: start.at,
    traceId: traceOf(run).traceId,
    claims: run.handed.taken,
    waitingFor: outcome === undefined ? (parked?.waits ?? []) : [],
    isCancelRequested: run.cancel !== undefined,
    input: run.input,
    ...(outcome === undefined ? {} : { endedAt: outcome.at, result: outcome.result }),
    ...(claim !== undefined && parked === undefined && outcome === undefined ? { worker: claim.worker } : {}),
    ...(error === undefined ? {} : { error }),
    ...(outcome?.undoErrors === undefined ? {} : { undoErrors: outcome.undoErrors }),
  }
}

function stateOf({ outcome, pause, parked }: Run): RunState {
  if (outcome !== undefined) return outcome.status
  if (pause !== undefined) return pause.by === 'held' ? 'held' : 'paused'
  return parked !== undefined && parked.waits.length > 0 ? 'waiting' : 'running'
}

/** The history of a run from the values of its scope; `undefined` when it was not started. */
export function historyOf(values: readonly unknown[]): RunHistory | undefined {
  const run = values.map(readRun).find((each) => each !== undefined)
  if (run === undefined) return undefined
  const adopted = adoptedEntries(values, run)
  const keys = new Set(adopted.map(({ key }) => key))
  const journal = [...adopted, ...readEntries(values, run.generation).filter(({ key }) => !keys.has(key))]
  const entries = journal.map(entryOf).sort((a, b) => a.startedAt - b.startedAt)
  const { start, version, input } = run
  return { workflow: start.workflow, runId: start.run, version, input, entries, journal }
}

function entryOf({ key, begun, done, failures }: JournalEntry): HistoryEntry {
  const { kind, name } = partsOf(key)
  const last = done === undefined ? failures.at(-1) : undefined
  const [first = done] = [begun, ...failures]
  const waiting = last === undefined ? 'waiting' : 'retrying'
  return defined({
    ...{ key, kind, name },
    startedAt: done?.startedAt ?? first?.at ?? 0,
    state: done === undefined ? waiting : endOf(done),
    attempts: done?.attempts ?? failures.length,
    due: begun?.due ?? last?.due,
    ...(last === undefined ? {} : { error: last.error }),
    ...endOfEntry(done),
  })
}

function endOfEntry(
  done: Done | undefined,
): Pick<HistoryEntry, 'endedAt' | 'value'> & { readonly error?: ErrorBody | undefined } {
  return done === undefined ? {} : { endedAt: done.at, value: done.value, error: done.error }
}

function endOf({ error }: Done): 'completed' | 'failed' {
  return error === undefined ? 'completed' : 'failed'
}

/** An object without its undefined members. */
function defined<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // Those that were undefined are absent now.
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never
}
