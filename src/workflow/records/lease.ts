/**
 * Who owns a run: a claim of the next epoch, extended while it is worked on. A lease is checked against the clock of this
 * process before each step, and against the record with each extension. It cannot stop a worker that was frozen in the
 * middle of a step; the journal makes the late write of such a worker harmless.
 */
import { delay, type Clock, type Timer } from '../../std/time/clock.js'
import type { Random } from '../../std/random.js'
import { isOwner, readRun, RECORD_KEY, scopeOf, untilOf, type Claim, type Run } from './record.js'
import { claimOps, extendOps } from './record-ops.js'
import type { Store } from './store.js'

/** What claims need. */
export interface LeaseParts {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly leaseMs: number
  /** The name of this worker, for people who look at a run. */
  readonly workerName: string
}

/** Tries to take a run over from the epoch that was read. @returns the lease and the run; `undefined` if another was first. */
export async function claim(parts: LeaseParts, run: Run): Promise<{ lease: Lease; run: Run } | undefined> {
  const { store, clock, random, leaseMs, workerName } = parts
  const token = random.uuid()
  const asked = { now: clock.now(), epochMs: clock.epochMs() }
  const crashed = run.claim !== undefined && run.parked === undefined
  const crashes = crashed ? (run.claim.crashes ?? 0) + 1 : 0
  const until = asked.epochMs + leaseMs
  const own: Claim = { token, worker: workerName, until, leaseMs, ...(crashes === 0 ? {} : { crashes }) }
  const value = await store.update(scopeOf(run.start), RECORD_KEY, claimOps(run, own))
  const claimed = readRun(value)
  if (!isOwner(claimed, token)) return undefined
  // The owner before had extended its lease just then: until that ends, it may not know that the run is not its own.
  if (crashed && untilOf(value, run.claim) !== run.until) await delay(clock, run.claim.leaseMs, 'background')
  return { lease: new Lease(parts, claimed, asked), run: claimed }
}

/** A claim that does not change for the time of its lease belongs to a worker that is gone, whatever the wall clocks say. */
export class Watch {
  readonly #clock: Clock
  readonly #seen = new Map<string, { readonly token: string; readonly until: number; readonly since: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How long a run has to be watched until it counts as lost; 0: it does. */
  remainingMs({ start, until }: Run, { token, leaseMs }: Claim): number {
    const now = this.#clock.now()
    const seen = this.#seen.get(start.run)
    if (seen?.token === token && seen.until === until) return Math.max(0, seen.since + leaseMs - now)
    this.forget(start.run)
    this.#seen.set(start.run, { token, until, since: now })
    const [oldest] = this.#seen.keys()
    if (this.#seen.size > MAX_WATCHED && oldest !== undefined) this.forget(oldest)
    return leaseMs
  }

  forget(run: string): void {
    this.#seen.delete(run)
  }
}

/** Runs of other workers that one worker watches. One that is forgotten is watched from the beginning. */
const MAX_WATCHED = 10_000

/** What happens to a lease. */
export interface LeaseEvents {
  /** The record, as read with an extension. */
  extended(run: Run): void
  /** Another worker owns the run, or the record is gone. Happens once. */
  lost(): void
}

/** A lease as a session uses it. */
export type OwnLease = Pick<Lease, 'token' | 'start' | 'isOwn' | 'extend'>

export class Lease {
  readonly token: string
  readonly #parts: LeaseParts
  readonly #run: Run
  #validFrom: { readonly now: number; readonly epochMs: number }
  #events: LeaseEvents | undefined
  #timer: Timer | undefined
  #extending: Promise<boolean> | undefined
  #isOver = false

  constructor(parts: LeaseParts, run: Run, claimedAt: { now: number; epochMs: number }) {
    this.#parts = parts
    this.#run = run
    this.token = run.claim?.token ?? ''
    this.#validFrom = claimedAt
  }

  /** Begins to extend. */
  start(events: LeaseEvents): void {
    this.#events = events
    if (this.#timer === undefined) this.#schedule()
  }

  /** Stops extending; the lease runs out by itself, unless the run is released. */
  stop(): void {
    this.#isOver = true
    this.#timer?.cancel()
  }

  /** Whether the lease is still this worker's; asks the engine only when the lease may have ended. */
  async isOwn(): Promise<boolean> {
    // The answer may be older than the lease: this process was held up.
    while (!this.#isOver && !this.#isValid()) await this.extend()
    return !this.#isOver
  }

  /** Extends the lease now. @returns whether the run is still owned. */
  extend(): Promise<boolean> {
    return (this.#extending ??= this.#extend().finally(() => {
      this.#extending = undefined
    }))
  }

  /** Both clocks have to agree: one stands still in a suspended machine, the other may be set. */
  #isValid(): boolean {
    const { clock, leaseMs } = this.#parts
    const elapsed = Math.max(clock.now() - this.#validFrom.now, clock.epochMs() - this.#validFrom.epochMs)
    return elapsed < leaseMs
  }

  async #extend(): Promise<boolean> {
    const { store, clock, leaseMs } = this.#parts
    const asked = { now: clock.now(), epochMs: clock.epochMs() }
    const ops = extendOps(this.token, asked.epochMs + leaseMs)
    const run = await store.update(scopeOf(this.#run.start), RECORD_KEY, ops).then(readRun, () => undefined)
    if (this.#isOver) return false
    if (!isOwner(run, this.token)) {
      this.stop()
      this.#events?.lost()
      return false
    }
    this.#validFrom = asked
    this.#events?.extended(run)
    return true
  }

  #schedule(): void {
    const { clock, leaseMs } = this.#parts
    const extendLater = (): void => {
      void this.extend().then((isOwned) => {
        if (isOwned && !this.#isOver) this.#schedule()
      })
    }
    this.#timer = clock.after(leaseMs / 3, extendLater, 'background')
  }
}
