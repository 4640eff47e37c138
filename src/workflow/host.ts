/**
 * Works on the runs of one workflow in one worker: takes runs that are ready, within its limits, and looks for those that
 * others have lost. Every path of a wake-up ends in `wake`; the record of the run decides what is done. What exceeds a
 * limit is left in the schedule, where a sweep of any worker finds it.
 */
import { ErrorCode, type ErrorBody } from '../errors.js'
import { deferred, type Deferred } from '../std/async/deferred.js'
import { Emitter } from '../std/async/emitter.js'
import { MAX_DELAY_MS, type Timer } from '../std/time/clock.js'
import { validate } from '../sdk/schema/validation.js'
import { audit } from './audit.js'
import { readJournal } from './run/adopt.js'
import { afterEnd, conclude, hold } from './run/conclude.js'
import { claim, Watch, type Lease } from './records/lease.js'
import { flowOf } from './run/operations.js'
import { attentionOf, delayOf, readRun, RECORD_KEY, scopeOf, type Run, type RunName } from './records/record.js'
import { parkedEntry, startEntry } from './records/requests.js'
import { Horizon, type Due, type Schedule } from './records/schedule.js'
import { RunSession } from './run/session.js'
import type { RunSessionParts } from './run/session-parts.js'
import { activation } from './run/tracing.js'

/** The runs that one worker works on at a time, over all workflows. */
export interface Slots {
  max: number
  used: number
  /** Called when one is free: hosts with runs that wait for one. */
  readonly waiting: Set<() => void>
}

/** What a host works with. */
export interface HostParts extends RunSessionParts {
  readonly slots: Slots
}

/** Runs that wait for a place in this worker. */
const MAX_QUEUED = 1_000
/** Timers of released runs. Those beyond are left to the sweep, which finds them a little later. */
const MAX_TIMERS = 10_000
/** An entry without a run is kept for this long: its start may be under way. */
const START_GRACE_MS = 60_000
/** Claims in a row that ended without a release before a run is held: it ends the workers that run it. */
const MAX_CRASHES = 20

export class Host {
  /** Emits the id of each run that has ended here. */
  readonly ended: Emitter<string>
  readonly #parts: HostParts
  readonly #schedule: Schedule
  readonly #sessions = new Map<string, RunSession | undefined>()
  /** Resolve when the runs of `#sessions` have been left. */
  readonly #attended = new Set<Promise<void>>()
  readonly #queue = new Map<string, Due | undefined>()
  readonly #timers = new Map<string, Timer>()
  readonly #watch: Watch
  readonly #horizon: Horizon
  #sweepTimer: Timer | undefined
  #roomLater: Deferred<void> | undefined
  #bootId: string | undefined
  #isOpen = true

  constructor(parts: HostParts) {
    this.#parts = parts
    this.#watch = new Watch(parts.clock)
    this.#horizon = new Horizon(parts.clock)
    this.#schedule = parts.scheduleOf(parts.workflow.id)
    this.ended = new Emitter(() => undefined)
    this.#sweepLater(0)
  }

  /** Runs in the memory of this worker. */
  get active(): number {
    return this.#sessions.size
  }

  /** Whether a run that is woken begins at once. */
  get hasRoom(): boolean {
    const { settings, slots } = this.#parts
    return this.#isOpen && this.#sessions.size < settings.concurrency && slots.used < slots.max
  }

  /** A run may have something to do. Returns at once. */
  wake(run: string): void {
    const session = this.#sessions.get(run)
    if (session !== undefined) session.poke()
    else this.#offer(run, undefined)
  }

  /** The engine was started anew, or the connection to it was. */
  async connected(): Promise<void> {
    const boot = await this.#parts.store.bootId()
    if (!this.#isOpen || (boot !== undefined && boot === this.#bootId)) return
    this.#bootId = boot
    // Each finds out whether the engine still knows its claim.
    for (const session of this.#sessions.values()) session?.poke()
    await audit(this.#parts, boot, () => this.#isOpen)
  }

  /** Takes no more runs and releases those it has, each once its steps that run have ended. */
  async close(): Promise<void> {
    this.terminate()
    for (const session of this.#sessions.values()) session?.stop({ kind: 'released' })
    await Promise.all(this.#attended)
  }

  /** Takes no more runs. */
  terminate(): void {
    this.#isOpen = false
    this.#queue.clear()
    this.#roomLater?.resolve()
    this.#sweepTimer?.cancel()
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
  }

  /** Ends all work without a request to the engine: the connection will not come back. */
  lose(): void {
    this.terminate()
    for (const session of this.#sessions.values()) session?.lose()
  }

  /** Looks for runs that are due. Takes them as fast as this worker can; a slot is read once, however many it holds. */
  async sweep(): Promise<void> {
    const { clock, random, leaseMs } = this.#parts
    for await (const entries of this.#schedule.due(this.#horizon.next())) {
      // Workers that read the same slot begin at different places, so that each takes other runs.
      const first = Math.floor(random.next() * entries.length)
      for (const entry of [...entries.slice(first), ...entries.slice(0, first)]) {
        if (this.#sessions.has(entry.run)) await this.#schedule.move(entry, clock.epochMs() + leaseMs)
        else while (this.#isOpen && !this.#offer(entry.run, entry)) await this.#room()
        if (!this.#isOpen) return
      }
    }
  }

  /** Resolves when runs may be queued again. */
  #room(): Promise<void> {
    return (this.#roomLater ??= deferred()).promise
  }

  #sweepLater(delayMs: number): void {
    const { clock, random, settings } = this.#parts
    const next = (): void => {
      if (this.#isOpen) this.#sweepLater(settings.sweepIntervalMs * (0.9 + random.next() * 0.2))
    }
    // A sweep that fails is repeated by the next one.
    this.#sweepTimer = clock.after(delayMs, () => void this.sweep().then(next, next), 'background')
  }

  /** Queues a run. @returns false when this worker has enough to do. */
  #offer(run: string, entry: Due | undefined): boolean {
    if (!this.#isOpen || this.#queue.size >= MAX_QUEUED) return false
    if (!this.#queue.has(run) || entry !== undefined) this.#queue.set(run, entry)
    this.#pump()
    return true
  }

  readonly #pump = (): void => {
    const { settings, slots } = this.#parts
    for (const [run, entry] of this.#queue) {
      if (slots.used >= slots.max) slots.waiting.add(this.#pump)
      if (this.#sessions.size >= settings.concurrency || slots.used >= slots.max) return
      if (this.#sessions.has(run)) continue
      this.#queue.delete(run)
      slots.used += 1
      this.#sessions.set(run, undefined)
      // What fails here is the store; the entry is still in the schedule.
      const attended = this.#attend({ workflow: this.#parts.workflow.id, run }, entry).catch(() => undefined)
      this.#attended.add(attended)
      void attended.then(() => {
        this.#sessions.delete(run)
        this.#attended.delete(attended)
        this.#pumpAll()
        if (this.#queue.size > MAX_QUEUED / 2) return
        this.#roomLater?.resolve()
        this.#roomLater = undefined
      })
    }
  }

  /** Passes a free place on, to this workflow and to others of the worker in turn. */
  #pumpAll(): void {
    const { slots } = this.#parts
    slots.used -= 1
    const waiting = [...slots.waiting, this.#pump]
    slots.waiting.clear()
    for (const pump of waiting) pump()
  }

  async #attend(name: RunName, entry: Due | undefined): Promise<void> {
    const { store, clock, workflow, settings } = this.#parts
    const run = readRun(await store.get(scopeOf(name), RECORD_KEY))
    const now = clock.epochMs()
    if (run === undefined) {
      if (entry !== undefined && entry.due + START_GRACE_MS < now) await this.#schedule.remove(entry)
      return
    }
    const attention = attentionOf(run, now)
    const delayMs = attention.kind === 'owned' ? this.#watch.remainingMs(run, attention.claim) : delayOf(attention, now)
    if (delayMs === 0) {
      // A run of a newer version stays in the schedule, for a worker that has its code.
      if (run.version <= workflow.version) await this.#own(run, entry)
    } else if (delayMs < Infinity) {
      if (entry !== undefined) await this.#schedule.move(entry, now + delayMs)
      this.#timeLater(name.run, delayMs)
    } else {
      if (attention.kind === 'ended')
        await afterEnd(this.#parts, run, { retentionMs: settings.retentionMs, found: entry })
      if (entry !== undefined) await this.#schedule.remove(entry)
    }
  }

  /** Works on a run from its claim to its release. */
  async #own(found: Run, entry: Due | undefined): Promise<void> {
    const owned = await claim(this.#parts, found)
    if (owned === undefined) return
    const run = await this.#work(owned.run, owned.lease)
    owned.lease.stop()
    if (run === undefined) return
    if (run.outcome !== undefined) {
      const { retentionMs } = this.#parts.settings
      await afterEnd(this.#parts, run, { retentionMs, found: undefined })
      this.ended.emit(run.start.run)
    }
    await this.#removeEntries(found, entry)
    this.#next(run)
  }

  /** @returns the run as it was left; `undefined` when another worker has it. */
  async #work(owned: Run, lease: Lease): Promise<Run | undefined> {
    const { store } = this.#parts
    let run: Run | undefined = owned
    while (run !== undefined) {
      const generation: number = run.generation
      const isFresh: boolean = run.epoch === 1 || run !== owned
      const entries = isFresh ? [] : await readJournal(store, run)
      const session = new RunSession(this.#parts, { run, lease }, entries)
      this.#sessions.set(run.start.run, session)
      if (!this.#isOpen) session.stop({ kind: 'released' })
      run = await activation(session, () => this.#through(session))
      // The next generation keeps the same claim.
      if (run?.generation === generation) return run
    }
    return undefined
  }

  async #through(session: RunSession): Promise<Run | undefined> {
    const { workflow } = this.#parts
    const { input } = session.run
    const crashes = session.run.claim?.crashes ?? 0
    if (crashes >= MAX_CRASHES) return hold(session, crashLoop(session.run, crashes))
    const ending = await session.work(async () => {
      const { id, input: schema } = workflow
      const given: unknown = schema === undefined ? input : await validate(schema, input, { id, side: 'input' })
      return workflow.run(flowOf(session), given)
    })
    if (ending.kind === 'parked') return ending.run
    if (ending.kind === 'lost') return undefined
    const left = session.left.then((later) => (later.kind === 'parked' ? later.run : undefined))
    const concluded = conclude(session, ending.reason).catch(() => undefined)
    const run = await Promise.race([concluded, left])
    session.finished()
    return run
  }

  async #removeEntries(found: Run, entry: Due | undefined): Promise<void> {
    const start = found.epoch === 0 && entry?.tag !== startEntry(found).tag ? startEntry(found) : undefined
    const parked = parkedEntry(found, found.parked?.due)
    for (const each of [entry, start, parked]) if (each !== undefined) await this.#schedule.remove(each)
  }

  /** What a run that was left needs next. */
  #next(run: Run): void {
    const now = this.#parts.clock.epochMs()
    const delayMs = delayOf(attentionOf(run, now), now)
    if (delayMs === 0) this.#offer(run.start.run, undefined)
    else this.#timeLater(run.start.run, delayMs)
  }

  #timeLater(run: string, delayMs: number): void {
    if (!this.#isOpen || delayMs > MAX_DELAY_MS || this.#timers.size >= MAX_TIMERS) return
    this.#timers.get(run)?.cancel()
    const wake = (): void => {
      this.#timers.delete(run)
      this.wake(run)
    }
    this.#timers.set(run, this.#parts.clock.after(delayMs, wake, 'background'))
  }
}

function crashLoop({ start }: Run, crashes: number): ErrorBody {
  const message = `${String(crashes)} workers in a row ended or lost the run ${start.run} of ${start.workflow} while they ran it. Find out why in their logs, then resume the run`
  return { code: ErrorCode.WORKFLOW_HELD, message }
}
