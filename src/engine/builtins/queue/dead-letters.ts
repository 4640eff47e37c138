/**
 * Stores jobs that used up their attempts, for inspection. Bounded in number and bytes: when a limit is exceeded, the
 * oldest dead letters are returned to the caller, which drops them.
 */
import { jobKey, type DeadLetter, type Job } from './job.js'

export interface DeadLetterCaps {
  readonly maxLetters: number
  readonly maxBytes: number
}

export class DeadLetters {
  readonly #caps: DeadLetterCaps
  /** Oldest first. */
  readonly #letters = new Map<string, DeadLetter>()
  #bytes = 0

  constructor(caps: DeadLetterCaps) {
    this.#caps = caps
  }

  get size(): number {
    return this.#letters.size
  }

  has(job: Job): boolean {
    return this.#letters.has(jobKey(job))
  }

  /** Adds a dead letter, and returns those that are dropped for it. */
  add(letter: DeadLetter): DeadLetter[] {
    this.#remove(letter)
    this.#letters.set(jobKey(letter.job), letter)
    this.#bytes += letter.job.sizeBytes
    const evicted: DeadLetter[] = []
    for (const oldest of this.#letters.values()) {
      const fits = this.#letters.size <= this.#caps.maxLetters && this.#bytes <= this.#caps.maxBytes
      // The newest dead letter stays even if it exceeds the limit alone, otherwise its job would be lost unnoticed.
      if (fits || oldest === letter) break
      this.#remove(oldest)
      evicted.push(oldest)
    }
    return evicted
  }

  /** The dead-lettered jobs of a queue or topic, oldest first; only that of one job if an id is given. */
  of(name: string, jobId?: string): DeadLetter[] {
    return [...this.#letters.values()].filter(
      ({ job }) => job.name === name && (jobId === undefined || job.id === jobId),
    )
  }

  /** Removes and returns such dead letters. */
  take(name: string, jobId?: string): DeadLetter[] {
    const taken = this.of(name, jobId)
    for (const letter of taken) this.#remove(letter)
    return taken
  }

  /** Number of dead letters by queue or topic. */
  counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const { job } of this.#letters.values()) counts.set(job.name, (counts.get(job.name) ?? 0) + 1)
    return counts
  }

  #remove({ job }: DeadLetter): void {
    const present = this.#letters.get(jobKey(job))
    if (present === undefined) return
    this.#letters.delete(jobKey(job))
    this.#bytes -= present.job.sizeBytes
  }
}
