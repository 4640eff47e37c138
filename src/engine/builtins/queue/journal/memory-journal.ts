/**
 * A journal that lasts as long as the object: jobs survive the built-in that wrote them, not the process.
 */
import { jobKey, type Job } from '../job.js'
import type { JournalEntry, QueueJournal } from './queue-journal.js'

export class MemoryJournal implements QueueJournal {
  readonly #entries = new Map<string, JournalEntry>()

  load(): Promise<readonly JournalEntry[]> {
    return Promise.resolve([...this.#entries.values()])
  }

  write(entries: readonly JournalEntry[]): Promise<void> {
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
