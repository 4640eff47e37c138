/** A store that lives as long as the process. Writes are complete when they return. */
import { EntryTable } from './entry-table.js'
import { StoreError, type Store, type Stored, type StoredList, type StoreLimits, type Write } from './store.js'

export class MemoryStore implements Store {
  readonly #limits: StoreLimits
  #table: EntryTable
  #closed = false

  constructor(limits: StoreLimits) {
    this.#limits = limits
    this.#table = new EntryTable(limits)
  }

  get(space: string, key: string): Stored | undefined {
    return this.#table.get(space, key)
  }

  entries(space: string): Iterable<readonly [string, Stored]> {
    return this.#table.entries(space)
  }

  values(space: string): StoredList {
    return this.#table.values(space)
  }

  spaces(): Iterable<string> {
    return this.#table.spaces()
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- `async` turns what is thrown into a rejection.
  async write(batch: readonly Write[]): Promise<void> {
    if (this.#closed) throw new StoreError('closed', 'The store is closed')
    this.#table.apply(batch)
  }

  close(): Promise<void> {
    this.#closed = true
    this.#table = new EntryTable(this.#limits)
    return Promise.resolve()
  }
}
