/** A journal in memory: jobs survive the built-in that wrote them, but not the process. */
import { type Death, type Job, jobKey } from '../job.js'

export class MemoryJournal implements QueueJournal {
  readonly #entries = new Map<string, QueueJournalEntry>()

  load(): Promise<readonly QueueJournalEntry[]> {
    return Promise.resolve([...this.#entries.values()])
  }

  write(entries: readonly QueueJournalEntry[]): Promise<void> {
    for (const entry of entries) this.#entries.set(jobKey(entry.job), entry)
    return Promise.resolve()
  }

  remove(jobs: readonly Job[]): Promise<void> {
    for (const job of jobs) this.#entries.delete(jobKey(job))
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

/** One record: a pending job, or a dead letter if it has a death. */
export interface QueueJournalEntry {
  readonly job: Job
  readonly death?: Death | undefined
}

export interface QueueJournal {
  /** All stored entries, in any order. Called once, before anything else. */
  load(): Promise<readonly QueueJournalEntry[]>
  /**
   * Stores entries, all or none. Each replaces one of the same job. Used to accept, retry, redrive and make dead
   * letters. Resolves when the entries are stored.
   */
  write(entries: readonly QueueJournalEntry[]): Promise<void>
  /** Removes jobs that are done or discarded. Unknown ones are ignored. */
  remove(jobs: readonly Job[]): Promise<void>
  /** Finishes pending writes, then closes the store. */
  close(): Promise<void>
}
