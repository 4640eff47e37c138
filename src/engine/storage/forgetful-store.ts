/**
 * A store that acknowledges before it saves (`forgottenWrites`): changes are readable at once and reach the durable
 * store underneath on a timer, one space after another. Closing saves nothing, so a restart forgets the last interval.
 */
import type { JsonValue } from '../../protocol/validate.js'
import type { Clock, Timer } from '../../std/clock.js'
import { EntryTable } from './entry-table.js'
import { StoreError, type Store, type StoreLimits, type Write } from './store.js'

/** When it saves what it has acknowledged. */
export interface Forgetfulness {
  readonly clock: Clock
  readonly intervalMs: number
}

export class ForgetfulStore implements Store {
  readonly #durable: Store
  readonly #options: Forgetfulness
  readonly #table: EntryTable
  readonly #unsaved = new Map<string, Write[]>()
  #timer: Timer | undefined
  #saving: Promise<void> = Promise.resolve()
  /** Why no more writes are accepted. */
  #refusal: StoreError | undefined

  constructor(durable: Store, limits: StoreLimits, options: Forgetfulness) {
    this.#durable = durable
    this.#options = options
    this.#table = new EntryTable(limits)
    for (const space of durable.spaces()) {
      for (const [key, value] of durable.entries(space)) this.#table.apply([{ kind: 'put', space, key, value }])
    }
  }

  get(space: string, key: string): JsonValue | undefined {
    return this.#table.get(space, key)
  }

  entries(space: string): Iterable<readonly [string, JsonValue]> {
    return this.#table.entries(space)
  }

  spaces(): Iterable<string> {
    return this.#table.spaces()
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- `async` turns what is thrown into a rejection.
  async write(batch: readonly Write[]): Promise<void> {
    if (this.#refusal !== undefined) throw this.#refusal
    this.#table.apply(batch)
    for (const write of batch) {
      const writes = this.#unsaved.get(write.space) ?? []
      this.#unsaved.set(write.space, writes)
      // Copied: the caller may change the value before it is saved.
      writes.push(structuredClone(write))
    }
    const { clock, intervalMs } = this.#options
    this.#timer ??= clock.after(intervalMs, () => this.#save(), 'background')
  }

  async close(): Promise<void> {
    this.#refusal ??= new StoreError('closed', 'The store is closed')
    this.#timer?.cancel()
    this.#unsaved.clear()
    await this.#saving
    await this.#durable.close()
  }

  #save(): void {
    this.#timer = undefined
    const spaces = [...this.#unsaved.values()]
    this.#unsaved.clear()
    this.#saving = this.#saving.then(async () => {
      for (const writes of spaces) await this.#durable.write(writes)
    })
    this.#saving = this.#saving.catch((error: unknown) => {
      // As the durable store itself: no more writes once the disk has failed.
      this.#refusal ??= error instanceof StoreError ? error : new StoreError('failed', String(error), { cause: error })
    })
  }
}
