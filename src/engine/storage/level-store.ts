/**
 * A durable store: entries live in memory, every change goes through LevelDB's log, and a write resolves after the
 * disk has confirmed it. Writes that come while the disk is busy leave together, in their order, so a kept write
 * proves that all before it are kept. The package `classic-level` is loaded only when such a store is opened.
 */
import { mkdir } from 'node:fs/promises'
import type { ClassicLevel } from 'classic-level'
import { ErrorCode, RuntimeError } from '../../errors.js'
import { deferred, type Deferred } from '../../std/deferred.js'
import { EntryTable, type Change } from './entry-table.js'
import { StoreError, type Store, type Stored, type StoreLimits, type Write } from './store.js'

/** Changes waiting for the disk. Beyond: writes are refused as `busy`. */
const MAX_WAITING_CHANGES = 100_000

/** Sorts before every place; its value names the layout, so that another one is refused instead of misread. */
const LAYOUT_KEY = '!layout'
const LAYOUT = 'iii-node store 1'

/** Hexadecimal digits that hold any safe integer, so that text order is number order. */
const PLACE_DIGITS = 14

type Database = ClassicLevel
type Group = { readonly changes: Change[]; readonly kept: Deferred<void> }

/**
 * Opens or creates a store in a directory of its own. Only one process can hold it.
 * @throws {RuntimeError} INVALID_CONFIG when the directory cannot be used or `classic-level` is not installed.
 */
export async function openLevelStore(directory: string, limits: StoreLimits): Promise<Store> {
  const database = await openDatabase(directory)
  const table = new EntryTable(limits)
  try {
    await restore(database, table)
  } catch (cause) {
    await database.close()
    throw unusable(directory, cause)
  }
  return new LevelStore(database, table)
}

class LevelStore implements Store {
  readonly #database: Database
  readonly #table: EntryTable
  #waiting: Group | undefined
  #flushing: Promise<void> | undefined
  #refusal: StoreError | undefined

  constructor(database: Database, table: EntryTable) {
    this.#database = database
    this.#table = table
  }

  get(space: string, key: string): Stored | undefined {
    return this.#table.get(space, key)
  }

  entries(space: string): Iterable<readonly [string, Stored]> {
    return this.#table.entries(space)
  }

  values(space: string): Stored {
    return this.#table.values(space)
  }

  spaces(): Iterable<string> {
    return this.#table.spaces()
  }

  async write(batch: readonly Write[]): Promise<void> {
    if (this.#refusal !== undefined) throw this.#refusal
    const group = (this.#waiting ??= { changes: [], kept: deferred() })
    if (group.changes.length >= MAX_WAITING_CHANGES) {
      throw this.#table.refusal('busy', `${MAX_WAITING_CHANGES} changes wait for the disk; try again later`)
    }
    group.changes.push(...this.#table.apply(batch))
    this.#flushing ??= this.#flush()
    await group.kept.promise
  }

  async close(): Promise<void> {
    this.#refusal ??= new StoreError('closed', 'The store is closed')
    await this.#flushing
    await this.#database.close()
  }

  async #flush(): Promise<void> {
    for (let group = this.#takeWaiting(); group !== undefined; group = this.#takeWaiting()) {
      try {
        if (this.#refusal?.reason === 'failed') throw this.#refusal
        await this.#database.batch(group.changes.map(operationOf), { sync: true })
        group.kept.resolve()
      } catch (cause) {
        this.#refusal = asFailure(cause)
        group.kept.reject(this.#refusal)
      }
    }
    this.#flushing = undefined
  }

  #takeWaiting(): Group | undefined {
    const group = this.#waiting
    this.#waiting = undefined
    return group
  }
}

async function openDatabase(directory: string): Promise<Database> {
  const Level = await loadLevel()
  try {
    await mkdir(directory, { recursive: true })
    const database: Database = new Level(directory)
    await database.open()
    return database
  } catch (cause) {
    throw unusable(directory, cause)
  }
}

async function loadLevel(): Promise<typeof ClassicLevel> {
  try {
    return (await import('classic-level')).ClassicLevel
  } catch (cause) {
    const text = 'Storing on disk needs the package classic-level, which is not installed: npm install classic-level'
    throw new RuntimeError(ErrorCode.INVALID_CONFIG, text, { cause })
  }
}

async function restore(database: Database, table: EntryTable): Promise<void> {
  let layout: string | undefined
  for await (const [id, kept] of database.iterator()) {
    if (layout === undefined) {
      if (id !== LAYOUT_KEY || kept !== LAYOUT) throw new Error(`It holds something else than "${LAYOUT}"`)
      layout = kept
      continue
    }
    const end = kept.indexOf('\n')
    // Written by `operationOf` alone, as the layout has just shown.
    const [space, key] = JSON.parse(kept.slice(0, end)) as [string, string]
    table.restore({ place: Number.parseInt(id, 16), space, key, text: kept.slice(end + 1) })
  }
  if (layout === undefined) await database.put(LAYOUT_KEY, LAYOUT, { sync: true })
}

function operationOf({ place, space, key, text }: Change) {
  const id = place.toString(16).padStart(PLACE_DIGITS, '0')
  // JSON text holds no raw line feed, so the first one ends the name.
  if (text !== undefined) return { type: 'put' as const, key: id, value: `${JSON.stringify([space, key])}\n${text}` }
  return { type: 'del' as const, key: id }
}

function asFailure(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause
  const text = 'The disk refused a write, so the store takes no more: free the disk and start the engine again'
  return new StoreError('failed', text, { cause })
}

function unusable(directory: string, thrown: unknown): RuntimeError {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
  const locked = isLocked(cause) ? 'another process or engine holds it' : undefined
  const reason = locked ?? (cause instanceof Error ? cause.message : String(cause))
  const text = `The store in ${directory} cannot be opened: ${reason}. Close its holder or choose another file_path.`
  return new RuntimeError(ErrorCode.INVALID_CONFIG, text, { cause })
}

function isLocked(cause: unknown): boolean {
  return (cause as { code?: unknown } | null)?.code === 'LEVEL_LOCKED'
}
