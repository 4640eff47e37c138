/**
 * A durable store: entries are kept in memory, every change is written to LevelDB's log, and a write resolves after the
 * disk has confirmed it. Writes that arrive while the disk is busy are written together, in order, so a stored write
 * proves that all before it are stored.
 *
 * If the disk refuses a batch, the database is reopened and the batch retried. A batch that still fails is reverted in
 * memory at once, and on disk before anything else is written, so a rejected write is never read back.
 */
import { delay, systemClock, type Clock } from '../../std/time/clock.js'
import { deferred, type Deferred } from '../../std/async/deferred.js'
import { messageOf } from '../../std/text/describe.js'
import { silentLog, type Log } from '../../std/log.js'
import { EntryTable, type Change } from './entry-table.js'
import { innermost, openDatabase, recordOf, TOTALS_KEY, type OpenDatabase } from './level-database.js'
import { countRecord, formatTotals, type Totals } from './store-totals.js'
import { StoreError, type Store, type Stored, type StoredList, type StoreLimits, type Write } from './store.js'

/** Changes waiting for the disk. When exceeded, writes are refused as `busy`. */
const MAX_WAITING_CHANGES = 100_000

/** Delays before the retries of a batch, in milliseconds: 1.5 s in total, so that a caller is answered soon. */
const RETRY_DELAYS_MS = [50, 150, 400, 900]

/** Interval at which the store retries the disk after a batch failed finally. */
const RECOVERY_INTERVAL_MS = 1000

export interface LevelStoreOptions {
  readonly log?: Log
  /** Keep the readable part of a damaged store instead of refusing it. */
  readonly repair?: boolean
  /** Times the retries. */
  readonly clock?: Clock
}

/**
 * Opens or creates a store in its own directory. Only one process can have it open.
 * @throws {RuntimeError} `INVALID_CONFIG` when the directory cannot be used or `classic-level` is not installed;
 * `STORE_DAMAGED` when values are missing or changed, unless `repair` is set.
 */
export async function openLevelStore(
  directory: string,
  limits: StoreLimits,
  { log = silentLog, repair = false, clock = systemClock }: LevelStoreOptions = {},
): Promise<Store> {
  const table = new EntryTable(limits)
  const open = await openDatabase(directory, { log, repair, restore: (entry) => table.restore(entry) })
  return new LevelStore({ ...open, table, log, clock, directory })
}

type Group = { readonly changes: Change[]; readonly kept: Deferred<void> }
type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'del'; readonly key: string }

interface Parts extends OpenDatabase {
  readonly table: EntryTable
  readonly log: Log
  readonly clock: Clock
  readonly directory: string
}

class LevelStore implements Store {
  readonly #parts: Parts
  #totals: Totals
  #waiting: Group | undefined
  #flushing: Promise<void> | undefined
  /** Set from the moment a batch fails until the disk accepts writes again. */
  #outage: StoreError | undefined
  /** Reverts the failed batch on disk, as some of it may have been written. */
  #corrections: readonly Operation[] = []
  #closing: Promise<void> | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    this.#totals = parts.totals
  }

  get(space: string, key: string): Stored | undefined {
    return this.#parts.table.get(space, key)
  }

  entries(space: string): Iterable<readonly [string, Stored]> {
    return this.#parts.table.entries(space)
  }

  values(space: string): StoredList {
    return this.#parts.table.values(space)
  }

  spaces(): Iterable<string> {
    return this.#parts.table.spaces()
  }

  async write(batch: readonly Write[]): Promise<void> {
    if (this.#closing !== undefined) throw new StoreError('closed', 'The store is closed')
    if (this.#outage !== undefined) throw this.#outage
    const group = (this.#waiting ??= { changes: [], kept: deferred() })
    if (group.changes.length >= MAX_WAITING_CHANGES) {
      throw this.#parts.table.refusal('busy', `${MAX_WAITING_CHANGES} changes wait for the disk; try again later`)
    }
    for (const change of this.#parts.table.apply(batch)) group.changes.push(change)
    this.#flushing ??= this.#flush()
    await group.kept.promise
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#flushing
    await this.#parts.database.close()
    this.#parts.acknowledged.close()
  }

  async #flush(): Promise<void> {
    for (let group = this.#takeWaiting(); group !== undefined; group = this.#takeWaiting()) {
      try {
        await this.#keep(group.changes, RETRY_DELAYS_MS)
        group.kept.resolve()
      } catch (cause) {
        this.#giveUp(group, cause)
        await this.#recover()
      }
    }
    this.#flushing = undefined
  }

  #takeWaiting(): Group | undefined {
    const group = this.#waiting
    this.#waiting = undefined
    return group
  }

  /** Writes changes, after those that still have to be reverted, and retries after each of `delaysMs`. */
  async #keep(changes: readonly Change[], delaysMs: readonly number[]): Promise<void> {
    const { log, directory } = this.#parts
    const totals = totalsAfter(this.#totals, changes)
    const operations = [...this.#corrections]
    for (const change of changes) operations.push(operationOf(change, change.text))
    operations.push({ type: 'put', key: TOTALS_KEY, value: formatTotals(totals) })
    for (let attempt = 0; !(await this.#isWritten(operations, delaysMs[attempt])); attempt += 1) {
      if (attempt === 0) log.warn({ directory }, 'The disk refused a write of the store; retrying')
    }
    this.#totals = totals
    this.#acknowledge(totals)
  }

  /** Makes one attempt. If it fails, waits and returns false, or throws if there are no delays left. */
  async #isWritten(operations: Operation[], delayMs: number | undefined): Promise<boolean> {
    const { database } = this.#parts
    try {
      if (database.status !== 'open') await database.open()
      await database.batch(operations, { sync: true })
      return true
    } catch (error) {
      // After a failed write, LevelDB refuses further ones until it is reopened.
      await database.close()
      if (delayMs === undefined || this.#closing !== undefined) throw error
      await delay(this.#parts.clock, delayMs)
      return false
    }
  }

  #acknowledge(totals: Totals): void {
    const { acknowledged, log, directory } = this.#parts
    try {
      acknowledged.write(totals)
    } catch (err) {
      // The batch is on disk. An older number in the file only weakens the check at the next start.
      log.warn({ err, directory }, 'The number of the last batch could not be written')
    }
  }

  /** Reverts a group and later changes on top of it; refuses writes until `#recover` is done. */
  #giveUp(group: Group, cause: unknown): void {
    const { table, log, directory } = this.#parts
    const later = this.#takeWaiting()
    table.revert([...group.changes, ...(later?.changes ?? [])])
    this.#corrections = group.changes.toReversed().map((change) => operationOf(change, change.previous))
    const message = `The disk refused a write: ${messageOf(innermost(cause))}. Nothing was changed; the store tries again each second`
    this.#outage = new StoreError('failed', message, { cause })
    log.error(
      { err: cause, directory },
      'The disk refuses writes of the store; writes are rejected until it accepts them',
    )
    group.kept.reject(this.#outage)
    later?.kept.reject(this.#outage)
  }

  /** Ends once the disk has accepted the corrections, or the store is closed. */
  async #recover(): Promise<void> {
    const { log, directory } = this.#parts
    for (;;) {
      if (this.#closing === undefined) await delay(this.#parts.clock, RECOVERY_INTERVAL_MS, 'background')
      try {
        await this.#keep([], [])
        this.#corrections = []
        this.#outage = undefined
        log.info({ directory }, 'The store writes to disk again')
        return
      } catch (err) {
        if (this.#closing === undefined) continue
        log.error({ err, directory }, 'The store closes while the disk refuses writes; rejected writes may reappear')
        return
      }
    }
  }
}

function totalsAfter(before: Totals, changes: readonly Change[]): Totals {
  let totals = { ...before, batch: before.batch + 1 }
  for (const change of changes) {
    if (change.previous !== undefined) totals = countRecord(totals, recordOf(change, change.previous), -1)
    if (change.text !== undefined) totals = countRecord(totals, recordOf(change, change.text), 1)
  }
  return totals
}

function operationOf(change: Change, text: string | undefined): Operation {
  const { id, value } = recordOf(change, text ?? '')
  return text === undefined ? { type: 'del', key: id } : { type: 'put', key: id, value }
}
