/**
 * Runs of workflows as pages show them: read and changed through the same functions as workers and the command line use,
 * so that both engines show the same. Records are read once, and again only after they may have changed.
 */
import { systemClock } from '../../std/time/clock.js'
import { webRandom } from '../../std/web-random.js'
import type { CanTrigger } from '../../sdk/worker/calls/trigger-request.js'
import type { JournalEntry } from '../../workflow/records/journal.js'
import { readRun, RECORD_KEY, runOfScope, scopeOf, type Run, type RunName } from '../../workflow/records/record.js'
import { announcement, type RequestParts } from '../../workflow/records/requests.js'
import { readStatuses } from '../../workflow/records/run-list.js'
import { schedulesOn } from '../../workflow/records/schedule.js'
import { readSignals, type KeptSignal } from '../../workflow/run/signals.js'
import { historyOf, statusOf, type HistoryEntry, type RunState, type RunStatus } from '../../workflow/records/status.js'
import { stateStore } from '../../workflow/records/store.js'
import { call } from './engine.js'
import type { PageCallOptions } from './connection.js'

// The same members as a worker's `trigger` has; what it resolves with is the caller's to name.
const caller = {
  trigger: ({ function_id, payload, namespace }: { function_id: string; payload: unknown } & PageCallOptions) =>
    call(function_id, payload, { namespace }),
} as CanTrigger

const store = stateStore(caller)

/** What requests that change a run work with. */
export const requests: RequestParts = {
  store,
  clock: systemClock,
  random: webRandom,
  scheduleOf: schedulesOn(store),
  // A hint: the sweep of a worker finds the run without it.
  wake: (name) => void caller.trigger(announcement(name)).catch(() => undefined),
}

/** Which runs are wanted. */
export interface RunFilter {
  /** A part of the id, in lower case. */
  readonly id: string
  readonly workflow: string
  readonly state: RunState | ''
  /** Runs whose records are read. */
  readonly limit: number
}

export interface RunPage {
  /** The newest first. */
  readonly rows: readonly RunStatus[]
  readonly workflows: readonly string[]
  /** Runs that fit the id and the workflow. */
  readonly total: number
  /** How many of them were read. */
  readonly read: number
}

interface Known {
  /** The record as it is stored. */
  readonly value: unknown
  readonly readAt: number
}

const records = new Map<string, Known>()
const MAX_RECORDS = 20_000
/** A record is read again after this time, in case its change was not reported. */
const FRESH_MS = 30_000
let names: { readonly scopes: readonly string[]; readonly at: number } | undefined

/** Takes notice of a change of state. The event of a record contains the record. */
export function noteChange(event: unknown): void {
  const { scope, key, new_value: value } = (event ?? {}) as { scope?: string; key?: string; new_value?: unknown }
  if (scope === undefined || key !== RECORD_KEY || runOfScope(scope) === undefined) return
  if (!records.has(scope)) names = undefined
  keep(scope, value)
}

function keep(scope: string, value: unknown): unknown {
  records.delete(scope)
  records.set(scope, { value, readAt: systemClock.now() })
  const [oldest] = records.keys()
  if (records.size > MAX_RECORDS && oldest !== undefined) records.delete(oldest)
  return value
}

/** Lists runs. */
export async function listRuns({ id, workflow, state, limit }: RunFilter): Promise<RunPage> {
  const all = (await scopes()).flatMap((scope) => {
    const name = runOfScope(scope)
    return name === undefined ? [] : [{ scope, ...name }]
  })
  const workflows = [...new Set(all.map((name) => name.workflow))].sort()
  const fitting = all.filter(
    (name) => (workflow === '' || name.workflow === workflow) && name.run.toLowerCase().includes(id),
  )
  const wanted = fitting.slice(0, limit).map(({ scope }) => scope)
  const rows = (await readStatuses(knownStore, wanted))
    .filter((status) => state === '' || status.state === state)
    .sort((a, b) => b.startedAt - a.startedAt)
  return { rows, workflows, total: fitting.length, read: wanted.length }
}

async function scopes(): Promise<readonly string[]> {
  const now = systemClock.now()
  if (names === undefined || now - names.at > FRESH_MS) names = { scopes: await store.scopes(), at: now }
  return names.scopes
}

/** Records that were read before, while they are fresh, and otherwise those of the engine. */
const knownStore = {
  async get(scope: string, key: string): Promise<unknown> {
    const known = records.get(scope)
    const isFresh = known !== undefined && systemClock.now() - known.readAt < FRESH_MS
    return isFresh ? known.value : keep(scope, await store.get(scope, key))
  },
}

/** A step of a run with all that is journaled of it. */
export interface RunStep extends HistoryEntry {
  readonly journal: JournalEntry | undefined
}

export interface RunDetail {
  readonly run: Run
  readonly status: RunStatus
  readonly steps: readonly RunStep[]
  readonly signals: readonly ReceivedSignal[]
}

/** A signal that a run keeps. */
export interface ReceivedSignal extends KeptSignal {
  readonly isConsumed: boolean
}

/** Reads everything that is stored of a run; nothing when there is no such run. */
export async function readDetail(name: RunName): Promise<RunDetail | undefined> {
  const values = await store.list(scopeOf(name))
  const run = values.map(readRun).find((each) => each !== undefined)
  const history = historyOf(values)
  if (run === undefined || history === undefined) return undefined
  const journal = new Map(history.journal.map((entry) => [entry.key, entry]))
  const steps = history.entries.map((entry) => ({ ...entry, journal: journal.get(entry.key) }))
  return { run, status: statusOf(run), steps, signals: signalsOf(values, history.journal) }
}

function signalsOf(values: readonly unknown[], journal: readonly JournalEntry[]): ReceivedSignal[] {
  const consumed = new Set(journal.map(({ done }) => done?.signal?.token))
  return values
    .flatMap(readSignals)
    .map((sent) => ({ ...sent, isConsumed: consumed.has(sent.token) }))
    .sort((a, b) => a.at - b.at)
}
