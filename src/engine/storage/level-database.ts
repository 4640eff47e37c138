/**
 * Opens the LevelDB database of a store and reads all of it: layout, entries, totals. Reports damage before anything is
 * served, or keeps the readable part with `repair`. The package `classic-level` is loaded only when such a store is
 * opened.
 */
import { mkdir } from 'node:fs/promises'
import type { ClassicLevel } from 'classic-level'
import { ErrorCode, RuntimeError } from '../../errors.js'
import { messageOf } from '../../std/text/describe.js'
import type { Log } from '../../std/log.js'
import type { Change } from './entry-table.js'
import {
  AcknowledgedFile,
  countRecord,
  damageOf,
  EMPTY_TOTALS,
  formatTotals,
  parseTotals,
  readAcknowledged,
  type StoredRecord,
  type Totals,
} from './store-totals.js'

type Database = ClassicLevel

/** Sorts before every place. Its value names the layout, so that another layout is refused instead of misread. */
const LAYOUT_KEY = '!layout'
const LAYOUT = 'iii-node store 1'
/** Sorts after the layout and before every place. */
export const TOTALS_KEY = '!totals'

/** Number of hexadecimal digits of any safe integer, so that text order is number order. */
const PLACE_DIGITS = 14

type Place = Pick<Change, 'place' | 'space' | 'key'>
type Entry = Place & { readonly text: string }

/** The record that stores an entry. */
export function recordOf({ place, space, key }: Place, text: string): StoredRecord {
  // JSON text contains no raw line feed, so the first one ends the name.
  const value = `${JSON.stringify([space, key])}\n${text}`
  return { id: place.toString(16).padStart(PLACE_DIGITS, '0'), value }
}

interface Opening {
  readonly log: Log
  readonly repair: boolean
  /** Receives every entry, in the order of their places. */
  readonly restore: (entry: Entry) => void
}

/** An open database, with the state that `store-totals.ts` checks. */
export interface OpenDatabase {
  readonly database: Database
  readonly totals: Totals
  readonly acknowledged: AcknowledgedFile
}

/**
 * Opens or creates a database and restores its entries.
 * @throws {RuntimeError} as `openLevelStore` does. The database is closed then.
 */
export async function openDatabase(directory: string, opening: Opening): Promise<OpenDatabase> {
  const Level = await loadLevel()
  const first = await look(Level, directory)
  if (first.kind === 'sound') return await serve(directory, first, opening)
  if (!opening.repair) throw damaged(directory, first.damage)
  try {
    await Level.repair(directory)
  } catch (cause) {
    throw unusable(directory, cause)
  }
  const second = await look(Level, directory, 'repaired')
  if (second.kind === 'damaged') throw damaged(directory, second.damage)
  const { entries, unreadable } = second.content
  opening.log.error(
    { directory, damage: `it ${first.damage}`, values: entries.length, unreadable: unreadable.length },
    'A damaged store was repaired; unreadable values were dropped',
  )
  return await serve(directory, second, opening)
}

type Sound = { readonly kind: 'sound'; readonly database: Database; readonly content: Content }

interface Content {
  readonly layout: string | undefined
  readonly entries: Entry[]
  /** Ids of records that are not entries. */
  readonly unreadable: string[]
  /** As stored in the database. */
  readonly kept: Totals | undefined
  /** As computed from the entries. */
  readonly found: Totals
}

/** Opens a database and reads it; a damaged one is closed again. */
async function look(
  Level: typeof ClassicLevel,
  directory: string,
  state?: 'repaired',
): Promise<Sound | { readonly kind: 'damaged'; readonly damage: string }> {
  await mkdirOrThrow(directory)
  const acknowledged = readAcknowledged(directory)
  const database: Database = new Level(directory)
  try {
    // If an existing database has disappeared, it must not be replaced by an empty one.
    await database.open({ createIfMissing: acknowledged === 'absent' || state === 'repaired' })
  } catch (cause) {
    if (acknowledged !== 'absent' && !isLocked(innermost(cause))) return { kind: 'damaged', damage: unopened(cause) }
    throw unusable(directory, cause)
  }
  const verdict = await judge(database, acknowledged, state)
  if (verdict.kind === 'sound') return { ...verdict, database }
  await database.close()
  if (verdict.kind === 'foreign') throw unusable(directory, new Error(`It does not contain "${LAYOUT}"`))
  return verdict
}

type Verdict =
  | { readonly kind: 'sound'; readonly content: Content }
  | { readonly kind: 'damaged'; readonly damage: string }
  | { readonly kind: 'foreign' }

async function judge(
  database: Database,
  acknowledged: Totals | 'absent' | undefined,
  state: 'repaired' | undefined,
): Promise<Verdict> {
  try {
    const content = await readAll(database, state)
    if (isForeign(content, acknowledged)) return { kind: 'foreign' }
    const damage = state === 'repaired' ? undefined : damageIn(content, acknowledged)
    return damage === undefined ? { kind: 'sound', content } : { kind: 'damaged', damage }
  } catch (cause) {
    return { kind: 'damaged', damage: `cannot be read: ${messageOf(innermost(cause))}` }
  }
}

/** The database of another program, or a store that lost the record of its layout. */
function isForeign({ layout, entries, unreadable }: Content, acknowledged: Totals | 'absent' | undefined): boolean {
  if (layout !== undefined) return layout !== LAYOUT
  return acknowledged === 'absent' && entries.length + unreadable.length > 0
}

function damageIn(content: Content, acknowledged: Totals | 'absent' | undefined): string | undefined {
  const { unreadable, kept, found } = content
  if (unreadable.length > 0) return `holds ${String(unreadable.length)} records that cannot be read`
  return damageOf(acknowledged, kept, found)
}

async function readAll(database: Database, state: 'repaired' | undefined): Promise<Content> {
  const entries: Entry[] = []
  const unreadable: string[] = []
  let layout: string | undefined
  let kept: Totals | undefined
  let found = EMPTY_TOTALS
  for await (const [id, value] of database.iterator()) {
    if (id === LAYOUT_KEY) layout = value
    else if (id === TOTALS_KEY) {
      kept = parseTotals(value)
      if (kept === undefined) unreadable.push(id)
    } else {
      const entry = entryOf(id, value, state)
      if (entry === undefined) unreadable.push(id)
      else {
        entries.push(entry)
        found = countRecord(found, { id, value }, 1)
      }
    }
  }
  return { layout, entries, unreadable, kept, found }
}

function entryOf(id: string, value: string, state: 'repaired' | undefined): Entry | undefined {
  const end = value.indexOf('\n')
  const place = Number.parseInt(id, 16)
  try {
    const [space, key] = JSON.parse(value.slice(0, end)) as [unknown, unknown]
    const text = value.slice(end + 1)
    // The totals detect damage; parsing every value would double the time of a start.
    if (state === 'repaired') JSON.parse(text)
    if (typeof space !== 'string' || typeof key !== 'string' || !Number.isSafeInteger(place)) return undefined
    return { place, space, key, text }
  } catch {
    return undefined
  }
}

/** Passes the entries on and updates layout and totals. */
async function serve(directory: string, { database, content }: Sound, { restore }: Opening): Promise<OpenDatabase> {
  for (const entry of content.entries) restore(entry)
  const totals = { ...content.found, batch: content.kept?.batch ?? 0 }
  try {
    // The file is written first: totals without it count as damage.
    const acknowledged = new AcknowledgedFile(directory, totals)
    const batch = database.batch()
    if (content.layout === undefined) batch.put(LAYOUT_KEY, LAYOUT)
    for (const id of content.unreadable) batch.del(id)
    await batch.put(TOTALS_KEY, formatTotals(totals)).write({ sync: true })
    return { database, totals, acknowledged }
  } catch (cause) {
    await database.close()
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

async function mkdirOrThrow(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true })
  } catch (cause) {
    throw unusable(directory, cause)
  }
}

function damaged(directory: string, damage: string): RuntimeError {
  const text =
    `The store in ${directory} is damaged: it ${damage}. Restore the folder from a backup, ` +
    'or start with `--repair` to keep the readable values.'
  return new RuntimeError(ErrorCode.STORE_DAMAGED, text)
}

function unusable(directory: string, thrown: unknown): RuntimeError {
  const cause = innermost(thrown)
  const locked = isLocked(cause) ? 'another process or engine holds it' : undefined
  const reason = locked ?? messageOf(cause)
  const text = `The store in ${directory} cannot be opened: ${reason}. Stop the process that has it open, or choose another file_path.`
  return new RuntimeError(ErrorCode.INVALID_CONFIG, text, { cause })
}

function unopened(cause: unknown): string {
  return `cannot be opened: ${messageOf(innermost(cause))}`
}

/** LevelDB wraps the error with the actual reason. */
export function innermost(thrown: unknown): unknown {
  return thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
}

function isLocked(cause: unknown): boolean {
  return (cause as { code?: unknown } | null)?.code === 'LEVEL_LOCKED'
}
