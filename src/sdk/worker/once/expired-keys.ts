/**
 * Removes keys that have expired. A record is claimed for its removal first: who wants the key meanwhile waits, so that the
 * removal takes no claim of theirs with it.
 */
import { isRecord } from '../../../wire/protocol/validate.js'
import { linkBehind, REMOVAL_MS, standingOf, topOf, type Claim, type Top } from './claims.js'
import { SHARDS, type OnceStore, type OnceWorker } from './once-store.js'

/** Between two searches of a scope, at least and at most; a quarter of the time that keys are kept. */
const MIN_SEARCH_MS = 60_000
const MAX_SEARCH_MS = 3_600_000

export class ExpiredKeys {
  readonly #worker: OnceWorker
  readonly #store: OnceStore
  /** Scopes with a search to come. */
  readonly #planned = new Set<string>()

  constructor(worker: OnceWorker, store: OnceStore) {
    this.#worker = worker
    this.#store = store
  }

  /** Plans a search of a scope; it is repeated until no keys are left. */
  searchLater(scope: string, ttlMs: number): void {
    if (this.#planned.has(scope)) return
    this.#planned.add(scope)
    const { clock, link, random } = this.#worker
    const everyMs = Math.min(Math.max(ttlMs / 4, MIN_SEARCH_MS), MAX_SEARCH_MS)
    const search = async (): Promise<void> => {
      release()
      const left = await this.#search(scope)
      this.#planned.delete(scope)
      if (left > 0) this.searchLater(scope, ttlMs)
    }
    // Workers that claim together do not search together.
    const timer = clock.after(
      everyMs * (0.5 + random.next()),
      () => {
        // Without state no key can be claimed either. The next claim plans again.
        search().catch(() => this.#planned.delete(scope))
      },
      'background',
    )
    const release = link.endings.on(() => {
      timer.cancel()
    })
  }

  /**
   * Removes the record of a key, whose chain ends with `top`, and its results. Nothing is removed if another worker claims
   * the key first.
   */
  async remove(scope: string, key: string, top: Top | undefined): Promise<void> {
    const { clock, random } = this.#worker
    const startedAt = clock.now()
    const token = random.uuid()
    const claim: Claim = { token, life: token, at: clock.epochMs(), ttlMs: 0, leaseMs: 0, isRemoval: true }
    const record = await this.#store.change(scope, key, [
      { type: 'append', path: linkBehind(top?.claim), value: claim },
    ])
    if (topOf(record)?.claim.token !== token) return
    for (const life of top?.lives ?? []) await this.#store.removeResult(scope, life)
    if (clock.now() - startedAt < REMOVAL_MS / 2) await this.#store.removeRecord(scope, key)
  }

  /** Removes what has expired; resolves with the number of keys that are left. */
  async #search(scope: string): Promise<number> {
    let left = 0
    for (let shard = 0; shard < SHARDS; shard++) {
      for (const record of await this.#store.records(scope, shard)) {
        const key = isRecord(record) ? record['key'] : undefined
        if (typeof key !== 'string') continue
        const top = topOf(record)
        const standing = standingOf(top, this.#worker.clock.epochMs())
        if (standing.kind === 'free' && standing.life === undefined) await this.remove(scope, key, top)
        else left += 1
      }
    }
    return left
  }
}
