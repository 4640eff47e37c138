/**
 * The log records of the engine, newest first: loaded in pages once, then only what is new. Records that the engine
 * drops meanwhile stay. Bounded; beyond the limit the oldest are dropped.
 */
import { signal } from '@preact/signals'
import type { LogRow } from '../../wire/protocol/list-rows.js'
import { connection, engine, isPaused } from './engine.js'
import { logMs } from './span-facts.js'

/** Records that are kept. */
const MAX_LOGS = 100_000
const PAGE = 2_500
/** Records arrive in batches, so a query goes back this far behind the latest known one. */
const OVERLAP_MS = 15_000
/** An engine that has to report more at once may leave reports out. */
const MAX_REPORTED = 5_000

export interface LogTail {
  /** Newest first; `undefined` until the first page has arrived. */
  readonly rows: readonly LogRow[] | undefined
  readonly error: string | undefined
}

export const logTail = signal<LogTail>({ rows: undefined, error: undefined })

const known = new Set<string>()
let isLoading = false
/** Counts the reports of records. A load may miss those that are reported while it runs. */
let reports = 0
/** Whether all that the engine had at first is loaded. */
let isWhole = false
/** The time of the oldest record that was reported and has not been loaded. Beginning of time: reports may be missing. */
let oldestReported = -Infinity

/** Records that were reported and have not been loaded. */
let reported = 0

connection.onLog = (record) => {
  reported += 1
  oldestReported = reported > MAX_REPORTED ? -Infinity : Math.min(oldestReported, logMs(record as LogRow))
}
connection.state.subscribe(({ kind }) => {
  if (kind !== 'open') oldestReported = -Infinity
})

/** Identifies a record: engines give them no id. */
export function logId(row: LogRow): string {
  return [row.timestamp_unix_nano, row.observed_timestamp_unix_nano, row.span_id ?? '', row.body.length].join('-')
}

/** Loads what is new whenever the engine reports records, until the returned function is called. */
export function followLogs(): () => void {
  return connection.changes.log.subscribe(() => void load())
}

async function load(): Promise<void> {
  const { rows = [] } = logTail.peek()
  reports += 1
  if (isLoading || connection.state.peek().kind !== 'open' || (isPaused.peek() && rows.length > 0)) return
  isLoading = true
  const before = reports
  try {
    await loadPages(rows[0])
    isWhole = true
  } catch (error) {
    oldestReported = -Infinity
    logTail.value = { ...logTail.peek(), error: error instanceof Error ? error.message : String(error) }
  } finally {
    isLoading = false
  }
  if (reports !== before) await load()
}

/** Loads the newest records, in pages, until one has nothing new and is older than all that were reported. */
async function loadPages(newest: LogRow | undefined): Promise<void> {
  const isComplete = isWhole && newest !== undefined && oldestReported > -Infinity
  const since = isComplete ? { start_time: Math.floor(Math.min(logMs(newest) - OVERLAP_MS, oldestReported)) } : {}
  const untilMs = isComplete && oldestReported < Infinity ? oldestReported : -Infinity
  oldestReported = Infinity
  reported = 0
  for (let offset = 0; offset < MAX_LOGS; offset += PAGE) {
    const page = await engine.logs({ ...since, offset, limit: PAGE })
    const added = add(page)
    const oldest = page.at(-1)
    if (page.length < PAGE || oldest === undefined || (added === 0 && logMs(oldest) < untilMs)) break
  }
}

/** @returns the number of records that were not known. */
function add(page: readonly LogRow[]): number {
  // Engines list records as they arrived; workers send theirs later than the engine.
  const fresh = page.filter((row) => !known.has(logId(row))).sort((a, b) => logMs(b) - logMs(a))
  const { rows: before = [], error } = logTail.peek()
  // Most reports are of records that the latest page had already. The list is not drawn again for them.
  if (fresh.length === 0 && before.length > 0 && error === undefined) return 0
  for (const row of fresh) known.add(logId(row))
  // New records come before the known ones, and further pages of the first load after them.
  const merged = isNewer(fresh, before) ? [...fresh, ...before] : [...before, ...fresh]
  if (!isNewer(fresh, before) && !isNewer(before, fresh)) merged.sort((a, b) => logMs(b) - logMs(a))
  for (const row of merged.splice(MAX_LOGS)) known.delete(logId(row))
  logTail.value = { rows: merged, error: undefined }
  return fresh.length
}

/** Whether all of the first are at least as new as all of the second. */
function isNewer(first: readonly LogRow[], second: readonly LogRow[]): boolean {
  const [oldest, newest] = [first.at(-1), second[0]]
  return oldest === undefined || newest === undefined || logMs(oldest) >= logMs(newest)
}
