/** A journal in a store: one record per job, written and removed in batches. As durable as the store. */
import { JsonText, withTextMembers } from '../../../../wire/protocol/json-text.js'
import { isRecord } from '../../../../wire/protocol/validate.js'
import type { Store, Stored } from '../../../storage/store.js'
import { dataOf, jobKey, type Job } from '../job.js'
import type { QueueJournalEntry, QueueJournal } from './memory-journal.js'

const SPACE = 'jobs'

export class StoreJournal implements QueueJournal {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- `async` turns what is thrown into a rejection.
  async load(): Promise<readonly QueueJournalEntry[]> {
    return [...this.#store.entries(SPACE)].map(([key, value]) => readEntry(key, value))
  }

  write(entries: readonly QueueJournalEntry[]): Promise<void> {
    return this.#store.write(
      entries.map((entry) => ({
        kind: 'put',
        space: SPACE,
        key: jobKey(entry.job),
        value: textOf(entry),
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

/** A record is the text of an entry; absent members are left out. */
function textOf({ job, death }: QueueJournalEntry): Stored {
  // A job has a payload in text form. The rights of a session are not stored.
  return withTextMembers({ job: { ...job, access: undefined }, death }, 2) as JsonText
}

function readEntry(key: string, stored: Stored): QueueJournalEntry {
  const value: unknown = stored instanceof JsonText ? JSON.parse(stored.text) : stored
  const job = isRecord(value) ? value['job'] : undefined
  const readable = isRecord(job) && typeof job['id'] === 'string' && typeof job['sequence'] === 'number'
  if (!readable) throw new Error(`The queue journal contains an unreadable record: ${key}`)
  // Written by this class; the check detects a file from elsewhere.
  const entry = value as { readonly job: Omit<Job, 'data'> & { readonly data: unknown } } & Pick<
    QueueJournalEntry,
    'death'
  >
  return { ...entry, job: { ...entry.job, ...dataOf(entry.job.data) } }
}
