/**
 * The journal of a run that a worker has taken. In a generation that a retry began it starts with results of the one before:
 * they are copied before anything else is done, so that each worker continues with the same ones, also when one dies
 * meanwhile, or a superseded worker still writes to the generation before.
 */
import { adoptedEntries, entryKey, entryOps, readEntries, readEntry, type JournalEntry } from '../records/journal.js'
import { scopeOf, type Run } from '../records/record.js'
import type { Store } from '../records/store.js'

/** Reads the journal of the present generation. */
export async function readJournal(store: Store, run: Run): Promise<readonly JournalEntry[]> {
  const scope = scopeOf(run.start)
  const values = await store.list(scope)
  const { generation } = run
  const entries = new Map(readEntries(values, generation).map((entry) => [entry.key, entry]))
  for (const { key, begun, done } of adoptedEntries(values, run)) {
    const ops = [
      ...(begun === undefined ? [] : entryOps('begun', { ...begun, generation })),
      ...(done === undefined ? [] : entryOps('done', { ...done, generation })),
    ]
    const entry = readEntry(await store.update(scope, entryKey(generation, key), ops))
    if (entry !== undefined) entries.set(key, entry)
  }
  return [...entries.values()]
}
