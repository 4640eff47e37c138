/**
 * A queue journal on a simulated slow disk, on virtual time. Operations run one by one, and a power cut drops pending
 * ones. The next run reads what was stored before.
 */
import type { Job } from '../../src/engine/builtins/queue/job.js'
import type {
  QueueJournalEntry,
  MemoryJournal,
  QueueJournal,
} from '../../src/engine/builtins/queue/journal/memory-journal.js'
import type { Clock } from '../../src/std/time/clock.js'
import type { Random } from '../../src/std/random.js'

export class SlowJournal implements QueueJournal {
  readonly #disk: MemoryJournal
  readonly #clock: Clock
  readonly #random: Random
  #last: Promise<void> = Promise.resolve()
  #powered = true

  constructor(disk: MemoryJournal, { clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.#disk = disk
    this.#clock = clock
    this.#random = random
  }

  /** From now on nothing reaches the disk and nothing answers. */
  cutPower(): void {
    this.#powered = false
  }

  load(): Promise<readonly QueueJournalEntry[]> {
    return this.#disk.load()
  }

  write(entries: readonly QueueJournalEntry[]): Promise<void> {
    return this.#inTurn(() => this.#disk.write(entries))
  }

  remove(jobs: readonly Job[]): Promise<void> {
    return this.#inTurn(() => this.#disk.remove(jobs))
  }

  close(): Promise<void> {
    return this.#last
  }

  #inTurn(operation: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(async () => {
      await this.#delay()
      await operation()
      // The confirmation can be lost after the disk has it.
      await this.#delay()
    })
    return this.#last
  }

  #delay(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(this.#random.next() * 20, () => {
        if (this.#powered) resolve()
      })
    })
  }
}
