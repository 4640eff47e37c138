/**
 * A journal in a store: one record per job, written and removed in batches. As durable as the store is.
 */
import type { JsonValue } from '../../../protocol/validate.js'
import { isRecord } from '../../../protocol/validate.js'
import type { Store } from '../../storage/store.js'
import { jobKey, type Job } from './job.js'
import type { JournalEntry, QueueJournal } from './queue-journal.js'

const SPACE = 'jobs'

export class StoreJournal implements QueueJournal {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- `async` turns what is thrown into a rejection.
  async load(): Promise<readonly JournalEntry[]> {
    return [...this.#store.entries(SPACE)].map(([key, value]) => readEntry(key, value))
  }

  write(entries: readonly JournalEntry[]): Promise<void> {
    return this.#store.write(
      // Jobs came as JSON and hold nothing else but numbers and strings; absent members are left out of the text.
      entries.map(({ job, ...entry }) => ({
        kind: 'put',
        space: SPACE,
        key: jobKey(job),
        value: { ...entry, job: { ...job, access: undefined } } as unknown as JsonValue,
      })),
    )
  }

  remove(jobs: readonly Job[]): Promise<void> {
    return this.#store.write(jobs.map((job) => ({ kind: 'delete', space: SPACE, key: jobKey(job) })))
  }

  close(): Promise<void> {
    return this.#store.close()
  }
}

function readEntry(key: string, value: JsonValue): JournalEntry {
  const job = isRecord(value) ? value['job'] : undefined
  const readable = isRecord(job) && typeof job['id'] === 'string' && typeof job['sequence'] === 'number'
  if (!readable) throw new Error(`The queue journal holds a record that cannot be read: ${key}`)
  // Written by this class; the check tells a foreign file from ours.
  return value as unknown as JournalEntry
}
