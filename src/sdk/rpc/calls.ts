/**
 * The calls this process awaits. Every call settles exactly once: by its answer, its time limit, its caller, the loss
 * of its connection, or the end of the client. Independent of sockets and message formats.
 */
import type { Expiring } from '../../std/time/deadlines.js'
import type { Random } from '../../std/random.js'
import { stackless } from '../../std/stackless.js'
import { AbortLinks } from '../../std/async/abort-links.js'
import type { Served } from './served.js'
import { ErrorCode, NotConnectedError, TimeoutError } from '../../errors.js'

/** The data of a new call. */
export interface NewCall {
  /** The called function; errors name it. */
  readonly functionId: string
  /** `Infinity` disables the time limit. */
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  /** The invocation whose handler makes the call, if known. */
  readonly origin?: Served | undefined
}

/** One call in flight. It follows the fate of its own frame. */
export class Call implements Expiring {
  deadline: Expiring['deadline'] = undefined
  readonly #calls: Calls
  readonly id: string
  readonly options: NewCall
  readonly resolve: (value: unknown) => void
  /** Rejects at once, with an error whose stack is complete. */
  readonly reject: (reason: unknown) => void
  isWritten = false

  constructor(calls: Calls, options: NewCall, settle: Pick<Call, 'id' | 'resolve' | 'reject'>) {
    this.#calls = calls
    this.id = settle.id
    this.options = options
    this.resolve = settle.resolve
    this.reject = settle.reject
  }

  /**
   * Rejects with an error that is created two ticks later, once the awaiting functions are attached. Only then V8 finds
   * them, and the stack of the error shows where the call was made. A successful call costs nothing extra.
   */
  rejectTraced(makeReason: () => unknown): void {
    this.resolve(rejectedLater(makeReason))
  }

  written(): void {
    this.isWritten = true
  }

  discarded(): void {
    // Nothing to do: when the client ends, every call is rejected with the reason.
  }

  expired(): void {
    this.#calls.noteExpired()
    this.#calls.failTraced(this, () => expiredError(this))
  }
}

async function rejectedLater(makeReason: () => unknown): Promise<never> {
  // The first tick attaches the awaited promise; in the second one V8 sees the functions that await it.
  await Promise.resolve()
  await Promise.resolve()
  throw makeReason()
}

/** Numbers of calls by outcome, since the start. */
export interface CallCounts {
  readonly pending: number
  readonly settled: number
  readonly timedOut: number
  readonly lateResults: number
  /** Waited too long for a connection. */
  readonly expired: number
}

/** The queue of frames that are not written yet. */
export interface Withdrawing {
  /** Removes the frame of a call that ended early, if it was not written yet. */
  withdraw(call: Call): unknown
}

/** The time limits of calls. */
export interface TimeLimits {
  /** Starts one; `Infinity` never expires. */
  add(call: Call, durationMs: number): void
  /** Ends one before it expires. */
  remove(call: Call): void
  /** Cancels the timers that are left once there is no call. */
  release(): void
}

interface CallsPorts {
  readonly random: Random
  /** Makes the time limits of these calls. */
  readonly timeLimits: (onExpired: (call: Call) => void) => TimeLimits
}

/** Maximum calls that one event rejects with individual stacks. If it rejects more, their errors have none. */
const MAX_TRACED = 1_000

export class Calls {
  readonly #random: Random
  readonly #pending = new Map<string, Call>()
  readonly #limits: TimeLimits
  readonly #aborts = new AbortLinks<Call>((call, reason) => {
    this.#takeBack(call)
    this.fail(call, reason)
  })
  readonly #connection: Withdrawing
  #settled = 0
  #timedOut = 0
  #lateResults = 0
  #expired = 0

  constructor({ random, timeLimits }: CallsPorts, connection: Withdrawing) {
    this.#random = random
    this.#connection = connection
    this.#limits = timeLimits((call) => {
      this.#timedOut += 1
      this.#takeBack(call)
      this.failTraced(call, () => timeoutError(call))
    })
  }

  /** Calls without an answer yet. */
  get pending(): number {
    return this.#pending.size
  }

  get counts(): CallCounts {
    return {
      pending: this.#pending.size,
      settled: this.#settled,
      timedOut: this.#timedOut,
      lateResults: this.#lateResults,
      expired: this.#expired,
    }
  }

  /** Opens a call: `start` receives it to send it. The promise settles with its outcome. */
  open(options: NewCall, start: (call: Call) => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call = new Call(this, options, { id: this.#random.uuid(), resolve, reject })
      this.#pending.set(call.id, call)
      if (options.signal !== undefined) this.#aborts.add(options.signal, call)
      try {
        start(call)
        // A call that was refused or aborted at once needs no time limit.
        if (this.#pending.has(call.id)) this.#limits.add(call, options.timeoutMs)
      } catch (error) {
        this.fail(call, error)
      }
    })
  }

  /** Settles a call by id: `finish` decides the outcome. Unknown and ended calls are counted and dropped. */
  settle(id: string, finish: (call: Call) => void): boolean {
    const call = this.#pending.get(id)
    if (call === undefined) {
      this.#lateResults += 1
      return false
    }
    this.#forget(call)
    finish(call)
    return true
  }

  /** The invocation whose handler made a pending call. */
  originOf(id: string): Served | undefined {
    return this.#pending.get(id)?.options.origin
  }

  /** Counts a call whose frame waited too long for a connection. */
  noteExpired(): void {
    this.#expired += 1
  }

  /** Rejects one call. */
  fail(call: Call, reason: unknown): void {
    if (!this.#pending.has(call.id)) return
    this.#forget(call)
    call.reject(reason)
  }

  /** Rejects one call with an error whose stack shows where the call was made. */
  failTraced(call: Call, makeReason: () => unknown): void {
    if (!this.#pending.has(call.id)) return
    this.#forget(call)
    call.rejectTraced(makeReason)
  }

  /** Rejects every call whose frame was written: its answer cannot arrive any more. */
  failWritten(reasonFor: (call: Call) => unknown): void {
    this.#failEach((call) => call.isWritten, reasonFor)
  }

  /** Rejects every call, and removes frames that were not written. */
  giveUpAll(reasonFor: (call: Call) => unknown): void {
    for (const call of this.#pending.values()) this.#takeBack(call)
    this.#failEach(() => true, reasonFor)
  }

  /** Rejects every call and cancels all timers. */
  failAll(reasonFor: (call: Call) => unknown): void {
    this.#failEach(() => true, reasonFor)
    this.#limits.release()
  }

  #failEach(isMeant: (call: Call) => boolean, reasonFor: (call: Call) => unknown): void {
    const meant = [...this.#pending.values()].filter(isMeant)
    if (meant.length <= MAX_TRACED) {
      for (const call of meant) this.failTraced(call, () => reasonFor(call))
      return
    }
    stackless(() => {
      for (const call of meant) this.fail(call, reasonFor(call))
    })
  }

  /** The frame of a call that ended early is not sent. */
  #takeBack(call: Call): void {
    if (!call.isWritten) this.#connection.withdraw(call)
  }

  #forget(call: Call): void {
    this.#pending.delete(call.id)
    this.#settled += 1
    this.#limits.remove(call)
    if (call.options.signal !== undefined) this.#aborts.remove(call.options.signal, call)
  }
}

function expiredError({ options }: Call): NotConnectedError {
  const text = `The call to '${options.functionId}' waited too long for a connection and was not sent; it is safe to retry`
  return new NotConnectedError(ErrorCode.PENDING_QUEUE_FULL, text, { outcome: 'not_sent' })
}

function timeoutError(call: Call): TimeoutError {
  const { functionId, timeoutMs } = call.options
  const limit = `within ${String(timeoutMs)} ms`
  const message = call.isWritten
    ? `No answer from '${functionId}' ${limit}; it may still be running`
    : `The call to '${functionId}' could not be sent ${limit}; it did not run, so it is safe to retry`
  return new TimeoutError({
    code: ErrorCode.TIMEOUT,
    message,
    function_id: functionId,
    invocationId: call.id,
  })
}
