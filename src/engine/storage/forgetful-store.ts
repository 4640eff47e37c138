/**
 * A store that acknowledges before it saves (`forgottenWrites`): changes are readable at once and reach the durable
 * store on a timer, one space after another. Closing saves nothing, so a restart loses the last interval.
 */
import type { Clock, Timer } from '../../std/time/clock.js'
import { MemoryStore } from './memory-store.js'
import { StoreError, type Store, type StoreLimits, type Write } from './store.js'

/** The schedule of saving. */
export interface Forgetfulness {
  readonly clock: Clock
  readonly intervalMs: number
}

export class ForgetfulStore extends MemoryStore {
  readonly #durable: Store
  readonly #options: Forgetfulness
  readonly #unsaved = new Map<string, Write[]>()
  #timer: Timer | undefined
  #saving: Promise<void> = Promise.resolve()
  /** The reason why no more writes are accepted. */
  #failure: StoreError | undefined

  constructor(durable: Store, limits: StoreLimits, options: Forgetfulness) {
    super(limits)
    this.#durable = durable
    this.#options = options
  }

  /** Starts with the entries of the durable store. */
  static async over(durable: Store, limits: StoreLimits, options: Forgetfulness): Promise<ForgetfulStore> {
    const store = new ForgetfulStore(durable, limits, options)
    await store.#load()
    return store
  }

  override async write(batch: readonly Write[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    const written = super.write(batch)
    // Copied: the caller may change the value before it is saved.
    const copies = structuredClone(batch)
    await written
    for (const write of copies) {
      const writes = this.#unsaved.get(write.space) ?? []
      this.#unsaved.set(write.space, writes)
      writes.push(write)
    }
    const { clock, intervalMs } = this.#options
    this.#timer ??= clock.after(intervalMs, () => this.#save(), 'background')
  }

  override async close(): Promise<void> {
    await super.close()
    this.#timer?.cancel()
    this.#unsaved.clear()
    await this.#saving
    await this.#durable.close()
  }

  async #load(): Promise<void> {
    for (const space of this.#durable.spaces()) {
      for (const [key, value] of this.#durable.entries(space)) await super.write([{ kind: 'put', space, key, value }])
    }
  }

  #save(): void {
    this.#timer = undefined
    const spaces = [...this.#unsaved.values()]
    this.#unsaved.clear()
    this.#saving = this.#saving.then(async () => {
      for (const writes of spaces) await this.#durable.write(writes)
    })
    this.#saving = this.#saving.catch((error: unknown) => {
      // As in the durable store: no more writes once the disk has failed.
      this.#failure ??= error instanceof StoreError ? error : new StoreError('failed', String(error), { cause: error })
    })
  }
}
