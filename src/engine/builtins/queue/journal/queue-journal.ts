/**
 * Where accepted jobs are written down, as a port: an enqueue is acknowledged only after `write` has resolved. Knows
 * nothing of order of work, retries or caps; a job is a record under its key, pending or dead.
 *
 * Operations take effect and settle in the order they were called.
 */
import type { Death, Job } from '../job.js'

/** One record: a pending job, or a dead letter when it has a death. */
export interface JournalEntry {
  readonly job: Job
  readonly death?: Death | undefined
}

export interface QueueJournal {
  /** Everything written and not removed, in any order. Called once, before anything else. */
  load(): Promise<readonly JournalEntry[]>
  /**
   * Stores entries, all or none; one of the same job is replaced. Accepting, retrying, burying and redriving are all
   * this operation. Resolves when the entries are stored.
   */
  write(entries: readonly JournalEntry[]): Promise<void>
  /** Removes jobs that are done or discarded. Unknown ones are ignored. */
  remove(jobs: readonly Job[]): Promise<void>
  /** Finishes what was called before, then lets go of the store. */
  close(): Promise<void>
}
