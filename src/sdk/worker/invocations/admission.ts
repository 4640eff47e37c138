/**
 * Limits how many invocations run at a time: first by each function's own limit, then by the worker's. The others wait in
 * order, up to a cap. Waiting invocations are dropped when their link ends, since the engine has ended them for their
 * callers. A call that can never begin, because those before it wait for it, is refused. Knows no handlers.
 */
import type { Calls } from '../../rpc/calls.js'
import type { Served, ServedInvocations } from '../../rpc/served.js'
import type { Clock, Timer } from '../../../std/time/clock.js'
import { Gate } from '../../../std/async/gate.js'
import type { LinkPart } from '../link.js'
import { deadlocked, type Occupation } from './deadlocks.js'

/** Invocations that may wait in one worker; more are answered with `WORKER_BUSY`. */
export const MAX_WAITING_INVOCATIONS = 10_000

/** Between two looks for calls that can never begin; one is refused that was found by two looks in a row. */
const DEADLOCK_CHECK_MS = 500

/** An invocation that asks to run. */
export interface Entrant {
  readonly served: Served
  /** Its function's own limit. */
  readonly gate: Gate | undefined
  /** Runs it; `leave` gives its place up. */
  readonly run: (leave: () => void) => void
  /** Answers that it can never begin. */
  readonly refuse: () => void
}

/** The parts of a worker that admission stands on. */
export interface AdmissionParts {
  readonly clock: Clock
  readonly served: ServedInvocations
  readonly calls: Pick<Calls, 'originOf'>
}

interface Waiting {
  readonly entrant: Entrant
  readonly gate: Gate
  /** Takes it back. */
  readonly withdraw: () => void
}

export class Admission implements LinkPart {
  readonly #parts: AdmissionParts
  readonly #worker: Gate
  readonly #isLimited: boolean
  #hasLimits = false
  #refused = 0
  readonly #waiting = new Map<Served, Waiting>()
  readonly #holders = new Map<Gate, Set<Served>>()
  #check: Timer | undefined
  /** Result of the last search. */
  #suspects: ReadonlySet<Served> = new Set()

  constructor(maxConcurrent: number, parts: AdmissionParts) {
    this.#parts = parts
    this.#worker = new Gate(maxConcurrent)
    this.#isLimited = maxConcurrent !== Infinity
  }

  /** Invocations that found too many waiting, since the start. */
  get refused(): number {
    return this.#refused
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** Whether a limit has been met, so that calls have to be known by the handlers that make them. */
  get hasLimits(): boolean {
    return this.#hasLimits
  }

  /** Whether an invocation has to ask to be let in. */
  isLimited(own: Gate | undefined): boolean {
    return this.#isLimited || own !== undefined
  }

  /** Runs an invocation once its function and the worker have room; false when too many wait already. */
  admit(entrant: Entrant): boolean {
    const { served, gate: own, run } = entrant
    if (this.isLimited(own)) this.#hasLimits = true
    const mustWait = this.#worker.isFull || own?.isFull === true
    if (mustWait && this.#waiting.size >= MAX_WAITING_INVOCATIONS) {
      this.#refused += 1
      return false
    }
    const leave = (): void => {
      this.#left(this.#worker, served)
      if (own !== undefined) this.#left(own, served)
    }
    const enterWorker = (): void => {
      const enter = (): void => {
        this.#waiting.delete(served)
        this.#entered(this.#worker, served)
        run(leave)
      }
      const withdraw = (): void => {
        if (this.#worker.withdraw(enter) && own !== undefined) this.#left(own, served)
      }
      this.#waiting.set(served, { entrant, gate: this.#worker, withdraw })
      this.#worker.enter(enter)
    }
    if (own === undefined) enterWorker()
    else this.#enterOwn(entrant, own, enterWorker)
    if (this.#waiting.has(served) && this.#parts.calls.originOf(served.invocationId) !== undefined) this.#checkLater()
    return true
  }

  /** No caller waits for a result any more: the signals of handlers abort, and what waits never begins. */
  lost(reason: unknown): void {
    this.#dropWaiting()
    this.#parts.served.abortAll(reason)
  }

  over(reason: unknown): void {
    this.lost(reason)
  }

  #dropWaiting(): void {
    const dropped = [...this.#waiting]
    this.#waiting.clear()
    // Last come first: one that gives its place up must not let in another that is dropped, too.
    for (const [, { withdraw }] of dropped.reverse()) withdraw()
    this.#check?.cancel()
    this.#check = undefined
    for (const [served] of dropped) this.#parts.served.finish(served)
  }

  #enterOwn(entrant: Entrant, own: Gate, enterWorker: () => void): void {
    const enter = (): void => {
      this.#entered(own, entrant.served)
      enterWorker()
    }
    this.#waiting.set(entrant.served, { entrant, gate: own, withdraw: () => void own.withdraw(enter) })
    own.enter(enter)
  }

  #entered(gate: Gate, served: Served): void {
    const holders = this.#holders.get(gate)
    if (holders === undefined) this.#holders.set(gate, new Set([served]))
    else holders.add(served)
  }

  #left(gate: Gate, served: Served): void {
    const holders = this.#holders.get(gate)
    holders?.delete(served)
    if (holders?.size === 0) this.#holders.delete(gate)
    gate.leave()
  }

  #checkLater(): void {
    this.#check ??= this.#parts.clock.after(
      DEADLOCK_CHECK_MS,
      () => {
        this.#check = undefined
        this.#refuseDeadlocked()
      },
      'background',
    )
  }

  /** Rejects the last of the calls that can never begin. Its caller then finishes, and its slot serves the others. */
  #refuseDeadlocked(): void {
    const originOf = ({ invocationId }: Served): Served | undefined => this.#parts.calls.originOf(invocationId)
    const calls = [...this.#waiting.values()].filter(({ entrant }) => originOf(entrant.served) !== undefined)
    if (calls.length === 0) return
    const occupation: Occupation = {
      invocations: () => this.#parts.served.all,
      waitsAt: (served) => this.#waiting.get(served)?.gate,
      holdersOf: (gate) => this.#holders.get(gate) ?? [],
      originOf,
    }
    const found = deadlocked(occupation)
    const last = calls.findLast(({ entrant: { served } }) => found.has(served) && this.#suspects.has(served))
    this.#suspects = found
    if (last !== undefined) {
      this.#waiting.delete(last.entrant.served)
      last.withdraw()
      last.entrant.refuse()
    }
    this.#checkLater()
  }
}
