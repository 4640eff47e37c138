/**
 * Tracks the pending jobs and the dead letters, for all queues, enforces their limits, and keeps the journal in step. Does not
 * schedule jobs.
 */
import { ErrorCode } from '../../../../errors.js'
import type { InvocationError } from '../../../../errors.js'
import type { EngineHost } from '../../builtin.js'
import type { EngineStats } from '../../../engine-stats.js'
import { DeadLetters, type DeadLetterCaps } from '../dead-letters.js'
import { jobKey, type DeadLetter, type Job } from '../job.js'
import { queueError } from '../queue-errors.js'
import type { QueueJournal } from './memory-journal.js'

/** Limits over all queues. */
export interface QueueLimits extends DeadLetterCaps {
  /** Pending jobs. When it is exceeded: `queue_full`. */
  readonly maxJobs: number
  /** Payload bytes of pending jobs. When it is exceeded: `queue_full`. */
  readonly maxJobBytes: number
}

const MIB = 1024 * 1024

/** Above `maxLetters` or `maxBytes` the oldest dead letters are dropped, counted and logged. */
export const defaultQueueLimits: QueueLimits = {
  maxJobs: 100_000,
  maxJobBytes: 256 * MIB,
  maxLetters: 10_000,
  maxBytes: 64 * MIB,
}

export class Ledger {
  readonly letters: DeadLetters
  readonly #host: EngineHost
  readonly #limits: QueueLimits
  readonly #pending = new Set<string>()
  #openJournal: QueueJournal | undefined
  #pendingBytes = 0
  #sequence = 0

  constructor(host: EngineHost, limits: QueueLimits) {
    this.#host = host
    this.#limits = limits
    this.letters = new DeadLetters(limits)
  }

  /** Pending jobs and dead letters. */
  get waiting(): Pick<EngineStats['waiting'], 'jobs' | 'jobBytes' | 'deadLetters'> {
    return { jobs: this.#pending.size, jobBytes: this.#pendingBytes, deadLetters: this.letters.size }
  }

  /** The next position in the order of acceptance. */
  nextSequence(): number {
    return this.#sequence++
  }

  /** Opens a journal and reads its entries. Returns the pending jobs, in order of acceptance. */
  async open(journal: QueueJournal): Promise<readonly Job[]> {
    const entries = [...(await journal.load())].sort((a, b) => a.job.sequence - b.job.sequence)
    this.#openJournal = journal
    const jobs: Job[] = []
    for (const { job, death } of entries) {
      this.#sequence = Math.max(this.#sequence, job.sequence + 1)
      if (death !== undefined) {
        this.#drop(this.letters.add({ job, death }))
      } else {
        this.#take(job)
        jobs.push(job)
      }
    }
    return jobs
  }

  /**
   * Accepts jobs, all or none. Resolves once they are stored.
   * @throws {InvocationError} queue_full above the limits; duplicate_message when an id is in use; queue_journal_failed
   * when they could not be stored.
   */
  async admit(jobs: readonly Job[]): Promise<void> {
    const journal = this.#journal
    this.#checkRoom(jobs)
    for (const job of jobs) this.#take(job)
    try {
      await journal.write(jobs.map((job) => ({ job })))
    } catch (cause) {
      for (const job of jobs) this.#release(job)
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw queueError(ErrorCode.queue_journal_failed, `The queue could not store the job: ${reason}`, { cause })
    }
  }

  /** Removes a job that is done. */
  async finish(job: Job): Promise<void> {
    this.#release(job)
    await this.#noted((journal) => journal.remove([job]))
  }

  /** Stores the next attempt of a job. */
  async retry(job: Job): Promise<void> {
    await this.#noted((journal) => journal.write([{ job }]))
  }

  /** Turns a job that used up its attempts into a dead letter. */
  async bury(letter: DeadLetter): Promise<void> {
    this.#release(letter.job)
    const evicted = this.letters.add(letter)
    await this.#noted((journal) => journal.write([letter]))
    this.#drop(evicted)
  }

  /**
   * Turns dead letters into pending jobs with all their attempts, at the end of the order.
   * @throws {InvocationError} queue_full above the limits.
   */
  async revive(name: string, jobId?: string): Promise<readonly Job[]> {
    const letters = this.letters.take(name, jobId)
    try {
      const jobs = letters.map(({ job }) => ({ ...job, attempts: 0, sequence: this.nextSequence() }))
      if (jobs.length > 0) await this.admit(jobs)
      return jobs
    } catch (error) {
      for (const letter of letters) this.#drop(this.letters.add(letter))
      throw error
    }
  }

  /** Removes one dead letter; returns 0 if there is none. */
  async discard(name: string, jobId: string): Promise<number> {
    const letters = this.letters.take(name, jobId)
    if (letters.length > 0) await this.#journal.remove(letters.map(({ job }) => job))
    return letters.length
  }

  /** Finishes pending writes; afterwards nothing is accepted. */
  async close(): Promise<void> {
    const journal = this.#openJournal
    this.#openJournal = undefined
    await journal?.close()
  }

  get #journal(): QueueJournal {
    if (this.#openJournal === undefined) throw queueError(ErrorCode.queue_not_running, 'The queue is not open')
    return this.#openJournal
  }

  #checkRoom(jobs: readonly Job[]): void {
    const { maxJobs, maxJobBytes } = this.#limits
    const bytes = jobs.reduce((sum, job) => sum + job.sizeBytes, 0)
    if (this.#pending.size + jobs.length > maxJobs) {
      throw this.#full(`${maxJobs} jobs are pending, which is the limit; try again when some are done`)
    }
    if (this.#pendingBytes + bytes > maxJobBytes) {
      const seen = `${this.#pendingBytes} bytes are pending and ${bytes} more exceed the limit of ${maxJobBytes}`
      throw this.#full(`${seen}; try again when some jobs are done`)
    }
    // Two jobs with one id would share one record in the journal.
    const known = jobs.find((job) => this.#pending.has(jobKey(job)) || this.letters.has(job))
    if (known !== undefined) {
      throw queueError(ErrorCode.duplicate_message, `Message '${known.id}' is pending already, or a dead letter`)
    }
  }

  #full(message: string): InvocationError {
    this.#host.counters.refused.jobs += 1
    return queueError(ErrorCode.queue_full, message)
  }

  #take(job: Job): void {
    this.#pending.add(jobKey(job))
    this.#pendingBytes += job.sizeBytes
  }

  #release(job: Job): void {
    if (this.#pending.delete(jobKey(job))) this.#pendingBytes -= job.sizeBytes
  }

  #drop(letters: readonly DeadLetter[]): void {
    if (letters.length === 0) return
    const { counters, log } = this.#host
    counters.dropped.deadLetters += letters.length
    const fields = { dropped: letters.length, dropped_total: counters.dropped.deadLetters }
    log.warn(fields, 'Dead letters were dropped because there are too many')
    void this.#noted((journal) => journal.remove(letters.map(({ job }) => job)))
  }

  /** If a record cannot be changed, a job may run again after a restart. No job is lost. */
  async #noted(operation: (journal: QueueJournal) => Promise<void>): Promise<void> {
    try {
      await operation(this.#journal)
    } catch (error) {
      this.#host.log.error(
        { err: error },
        'The queue journal could not be updated; a job may run again after a restart',
      )
    }
  }
}
