/**
 * One run while this worker owns it: replays the flow from the journal, performs what is new, and releases the run when
 * nothing is left but waiting. A session ends in one of four ways (`Ending`). Once the lease is lost, no promise of the
 * flow settles any more, so code of the flow cannot act for a run that it does not own.
 *
 * Everything new waits until the replay has come to rest: then the journal has been asked for completely, or code and
 * journal differ.
 */
import { ErrorCode, RuntimeError } from '../../errors.js'
import { deferred } from '../../std/async/deferred.js'
import type { Timer } from '../../std/time/clock.js'
import { branches, numbered, ownBranch, type Branch, type Operation, type OperationName } from './branch.js'
import { Replay, type Asked, type JournalEntry, type OperationKind } from '../records/journal.js'
import { JournalWriter } from './journal-writer.js'
import type { OwnLease } from '../records/lease.js'
import { errorBody } from '../options.js'
import { readRun, RECORD_KEY, scopeOf, type Run, type Wait } from '../records/record.js'
import { parkOps } from '../records/record-ops.js'
import { parkedEntry } from '../records/requests.js'
import { noteWait } from './tracing.js'
import type { Ending, RunSessionParts, StopReason, Undo, WaitingOperation } from './session-parts.js'

/** A wait shorter than this keeps the run in memory. */
const STAY_MS = 1_000

export class RunSession {
  readonly parts: RunSessionParts
  readonly run: Run
  readonly lease: OwnLease
  readonly scope: string
  readonly replay: Replay
  readonly journal: JournalWriter
  /** What to take back, by the order in which it was done. */
  readonly undos: Undo[] = []
  /** Answers of `patched`, which may be asked again. */
  readonly patches = new Map<string, Promise<boolean>>()
  readonly #ending = deferred<Ending>()
  readonly #left = deferred<Ending>()
  readonly #waits = new Set<WaitingOperation>()
  readonly #stopped = new AbortController()
  #held: (() => void)[] = []
  #phase: 'running' | 'stopping' | 'undoing' | 'over' = 'running'
  #reason: StopReason | undefined
  #isAtFrontier: boolean
  #firstNew: Asked | undefined
  #busy = 0
  /** Counts what has kept the run in this worker. */
  #activity = 0
  #idleTimer: Timer | undefined
  #dueTimer: Timer | undefined
  #news: number

  constructor(parts: RunSessionParts, owned: { run: Run; lease: OwnLease }, entries: readonly JournalEntry[]) {
    this.parts = parts
    this.run = owned.run
    this.lease = owned.lease
    this.scope = scopeOf(owned.run.start)
    this.replay = new Replay(parts.workflow.id, entries)
    this.#isAtFrontier = entries.length === 0 && parts.isReplayOnly !== true
    this.#news = owned.run.news
    this.journal = new JournalWriter(parts, owned.run, this.replay)
  }

  /** Aborts when the flow is not continued. */
  get signal(): AbortSignal {
    return this.#stopped.signal
  }

  get isOver(): boolean {
    return this.#phase === 'over'
  }

  /** Runs the flow. @returns how the session ended; never rejects. */
  async work(flow: () => Promise<unknown>): Promise<Ending> {
    const lost = (): void => this.#end({ kind: 'lost' })
    this.lease.start({ extended: (run) => this.#extended(run), lost })
    const main: Branch = { session: this, path: '', uses: new Map(), last: undefined, isStep: false }
    this.#seen(this.run)
    void this.busy(() => Promise.resolve())
    branches.run(main, flow).then(
      (result) => this.stop({ kind: 'completed', result }),
      (error: unknown) => this.stop({ kind: 'failed', error: errorBody(error) }),
    )
    return this.#ending.promise
  }

  /** Resolves when the run is not this worker's any more, also when that happens while it is undone. */
  get left(): Promise<Ending> {
    return this.#left.promise
  }

  /** Looks for news now. */
  poke(): void {
    void this.lease.extend()
  }

  /** Stops the flow: nothing new begins. The first reason counts, except that a hold is urgent. */
  stop(reason: StopReason): void {
    // After a cancel, only if code has left steps out: these would not be undone.
    const isLeftOut = reason.kind === 'held' && reason.error.code === ErrorCode.WORKFLOW_DIVERGED
    const isUrgent = isLeftOut || (reason.kind === 'held' && this.#reason?.kind !== 'cancelled')
    if (this.#phase !== 'running' && !(this.#phase === 'stopping' && isUrgent)) return
    this.#phase = 'stopping'
    this.#reason = reason
    if (reason.kind !== 'completed') this.#stopped.abort(stopError(this.run))
    this.#idleSoon()
  }

  /** Ends without a word: the store cannot be used any more. */
  lose(): void {
    this.#end({ kind: 'lost' })
  }

  /** Ends: what was to be written has been. */
  finished(): void {
    this.#end({ kind: 'parked', run: this.run })
  }

  /** Begins to undo: waits count again. */
  undoing(): void {
    this.#waits.clear()
    this.#phase = 'undoing'
  }

  /** Names an operation, and looks it up in the journal. */
  ask(kind: OperationKind, name: OperationName, place: Error): Operation | undefined {
    const branch = ownBranch(this)
    const given = typeof name === 'string' ? name : numbered(branch, kind, name.base)
    const key = `${branch.path}${kind}:${given}`
    const asked = { key, after: branch.last, place }
    try {
      const entry = this.replay.ask(asked)
      if (entry?.done === undefined) this.#firstNew ??= asked
      return { key, name: branch.path + given, branch, entry }
    } catch (error) {
      this.stop({ kind: 'held', error: errorBody(error) })
      return undefined
    }
  }

  /** Resolves when something new may be done. */
  frontier(): Promise<void> {
    if (this.#phase === 'undoing' || (this.#phase === 'running' && this.#isAtFrontier)) return Promise.resolve()
    return new Promise((resolve) => {
      this.#held.push(resolve)
      this.#idleSoon()
    })
  }

  /** Does something that keeps the run in this worker. */
  async busy<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1
    this.#activity += 1
    try {
      return await work()
    } finally {
      this.#busy -= 1
      const { excess } = this.journal
      if (excess !== undefined) this.stop({ kind: 'held', error: excess })
      if (this.#busy === 0) this.#idleSoon()
    }
  }

  /** Waits until it expires, or until what it looks for has happened. */
  wait(waiting: WaitingOperation): () => void {
    noteWait(waiting.wait)
    this.#waits.add(waiting)
    this.#idleSoon()
    return () => this.#waits.delete(waiting)
  }

  /** Resolves at a time; the run may be released until then. */
  async until(operation: Operation, kind: Wait['kind'], due: number): Promise<void> {
    if (due <= this.parts.clock.epochMs()) return
    await new Promise<void>((resolve) => this.wait({ wait: { kind, name: operation.name, due }, expire: resolve }))
  }

  /** Lets the operations that wait look for what they wait for. */
  look(): void {
    for (const { look } of this.#waits) if (look !== undefined) this.#guarded(look)
  }

  #extended(run: Run): void {
    if (run.news > this.#news) this.#seen(run)
  }

  #seen(run: Run): void {
    this.#news = run.news
    if (run.pause !== undefined) this.stop({ kind: 'released' })
    if (run.cancel !== undefined) this.stop({ kind: 'cancelled', reason: run.cancel.reason })
    this.look()
  }

  #guarded(work: () => Promise<void>): void {
    this.busy(work).catch(() => this.lose())
  }

  /** Looks at what is left once all promises have run. */
  #idleSoon(): void {
    if (this.isOver || this.#idleTimer !== undefined) return
    this.#idleTimer = this.parts.clock.after(0, () => {
      this.#idleTimer = undefined
      if (this.#busy === 0 && !this.isOver) this.#idle()
    })
  }

  #idle(): void {
    if (this.#phase === 'running' && !this.#isAtFrontier && this.#held.length > 0) this.#reachFrontier()
    else if (this.#phase === 'stopping') this.#conclude()
    else if (this.#waits.size > 0) this.#waitOrPark()
  }

  #reachFrontier(): void {
    if (!this.#checkNew()) return
    if (this.parts.isReplayOnly === true) {
      this.finished()
      return
    }
    this.#isAtFrontier = true
    for (const proceed of this.#held.splice(0)) proceed()
    this.#idleSoon()
  }

  /** Whether the flow has asked for all that is journaled; holds the run if not. */
  #checkNew(): boolean {
    try {
      this.replay.checkNew(this.#firstNew)
      return true
    } catch (error) {
      this.#phase = 'running'
      this.stop({ kind: 'held', error: errorBody(error) })
      return false
    }
  }

  #conclude(): void {
    const reason = this.#reason ?? { kind: 'released' }
    if (reason.kind === 'released') {
      this.#guarded(() => this.#park(this.parts.clock.epochMs(), []))
      return
    }
    if (reason.kind !== 'held' && !this.#checkNew()) return
    this.#ending.resolve({ kind: 'stopped', reason })
  }

  #waitOrPark(): void {
    const now = this.parts.clock.epochMs()
    const due = [...this.#waits].filter(({ wait }) => (wait.due ?? Infinity) <= now)
    for (const waiting of due) {
      this.#waits.delete(waiting)
      waiting.expire?.()
    }
    if (due.length > 0) {
      this.#idleSoon()
      return
    }
    const waits = [...this.#waits].map(({ wait }) => wait)
    const next = Math.min(...waits.map((wait) => wait.due ?? Infinity))
    if (next - now > STAY_MS) this.#guarded(() => this.#park(next === Infinity ? undefined : next, waits))
    else {
      this.#dueTimer?.cancel()
      this.#dueTimer = this.parts.clock.after(next - now, () => this.#idleSoon(), 'background')
    }
  }

  /** Releases the run. The entry of the schedule comes first: a run must not be released without one. */
  async #park(due: number | undefined, waits: readonly Wait[]): Promise<void> {
    const { store, clock, scheduleOf } = this.parts
    const now = clock.epochMs()
    const [phase, activity] = [this.#phase, this.#activity]
    const entry = parkedEntry(this.run, due)
    if (entry !== undefined) await scheduleOf(this.run.start.workflow).put(entry)
    // Meanwhile the flow may have gone on, or been stopped.
    if (this.#phase !== phase || this.#activity !== activity) return
    const parked = { at: now, news: this.#news, waits, ...(due === undefined ? {} : { due }) }
    const run = readRun(await store.update(this.scope, RECORD_KEY, parkOps(this.run, parked)))
    if (run?.claim?.token !== this.lease.token || run.parked === undefined) this.lose()
    else this.#end({ kind: 'parked', run })
    // Others can go on at once with a run that is given up.
    if (due !== undefined && due <= now) this.parts.wake(this.run.start)
  }

  #end(ending: Ending): void {
    if (this.isOver) return
    this.#phase = 'over'
    this.#idleTimer?.cancel()
    this.#dueTimer?.cancel()
    this.#waits.clear()
    this.#held = []
    this.#stopped.abort(stopError(this.run))
    this.#ending.resolve(ending)
    this.#left.resolve(ending)
  }
}

function stopError({ start }: Run): RuntimeError {
  const text = `The run ${start.run} of ${start.workflow} is not continued by this worker`
  return new RuntimeError(ErrorCode.WORKFLOW_ENDED, text)
}
