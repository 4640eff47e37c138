/**
 * Detects missing or changed entries of a durable store. Every batch also writes totals over all entries, and a small
 * file beside the database contains the number of the last acknowledged batch. At start both are compared with the
 * entries, so that a lost record or a lost end of the log is detected.
 *
 * The file is not synced: after a power failure it may be behind the database, which is harmless, but never ahead.
 */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

/** Totals over all entries of a store after a batch. */
export interface Totals {
  /** Number of the batch, from 0 for an empty store. */
  readonly batch: number
  readonly entries: number
  /** Checksums of all entries, combined by XOR, so that one change updates it without reading the others. */
  readonly digest: number
}

export const EMPTY_TOTALS: Totals = { batch: 0, entries: 0, digest: 0 }

/** One record of the database. */
export interface StoredRecord {
  readonly id: string
  readonly value: string
}

/** Adds a record to totals, or removes it. */
export function countRecord(totals: Totals, { id, value }: StoredRecord, by: 1 | -1): Totals {
  return { ...totals, entries: totals.entries + by, digest: (totals.digest ^ crc32(value, crc32(id))) >>> 0 }
}

/** Parses stored totals; `undefined` if the text is something else. */
export function parseTotals(text: string): Totals | undefined {
  const match = /^(\d{1,16}) (\d{1,16}) (\d{1,10})\s*$/.exec(text)
  if (match === null) return undefined
  const [batch = 0, entries = 0, digest = 0] = match.slice(1).map(Number)
  return { batch, entries, digest }
}

export function formatTotals({ batch, entries, digest }: Totals): string {
  return `${String(batch)} ${String(entries)} ${String(digest)}`
}

const FILE_NAME = 'acknowledged'
/** Fixed, so that a shorter text never leaves the end of a longer one before it. */
const TEXT_WIDTH = 64

/** The content of the file of a directory: `absent`, or `undefined` if it cannot be parsed. */
export function readAcknowledged(directory: string): Totals | 'absent' | undefined {
  try {
    return parseTotals(readFileSync(join(directory, FILE_NAME), 'latin1'))
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return 'absent'
    throw error
  }
}

/** The file with the number of the last acknowledged batch, open as long as the store is. */
export class AcknowledgedFile {
  readonly #descriptor: number

  /** Replaces the file of a directory by one with `totals` as its content, atomically and synced. */
  constructor(directory: string, totals: Totals) {
    const path = join(directory, FILE_NAME)
    this.#descriptor = openSync(`${path}.new`, 'w')
    this.write(totals)
    fsyncSync(this.#descriptor)
    renameSync(`${path}.new`, path)
  }

  write(totals: Totals): void {
    writeSync(
      this.#descriptor,
      formatTotals(totals)
        .padEnd(TEXT_WIDTH - 1)
        .concat('\n'),
      0,
      'latin1',
    )
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}

/**
 * What is wrong with a store, as the end of a sentence that begins "it"; `undefined` if it is intact.
 * @param kept totals in the database; `undefined` for a store without totals (an older version), or an empty one.
 * @param found totals over the entries that were read; `found.batch` is ignored.
 */
export function damageOf(
  acknowledged: Totals | 'absent' | undefined,
  kept: Totals | undefined,
  found: Totals,
): string | undefined {
  if (acknowledged === undefined) return `has a file \`${FILE_NAME}\` that cannot be read`
  if (kept === undefined) {
    // A store of an older version without totals, or one that was never written to.
    if (acknowledged === 'absent' || acknowledged.entries === found.entries) return undefined
    return `holds ${String(found.entries)} of ${String(acknowledged.entries)} values`
  }
  if (acknowledged === 'absent') return `lacks its file \`${FILE_NAME}\``
  if (kept.batch < acknowledged.batch) {
    const values = `${String(found.entries)} values; ${String(acknowledged.entries)} were acknowledged`
    return `ends at batch ${String(kept.batch)} of ${String(acknowledged.batch)} and holds ${values}`
  }
  if (kept.entries !== found.entries) return `holds ${String(found.entries)} of ${String(kept.entries)} values`
  return kept.digest === found.digest ? undefined : 'contains values other than those last written'
}
