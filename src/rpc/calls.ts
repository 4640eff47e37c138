/**
 * The calls this process awaits. Every call settles exactly once: by its answer, its deadline, its caller, the loss of
 * the link it was written to, or the end of the client. Knows no socket and no message layout.
 */
import type { Clock } from '../std/clock.js'
import { Deadlines, type Expiring } from '../std/deadlines.js'
import type { Random } from '../std/random.js'
import { stackless } from '../std/stackless.js'
import { AbortLinks } from './abort-links.js'
import { ErrorCode, NotConnectedError, TimeoutError } from '../errors.js'

/** What a call is opened with. */
export interface CallOptions {
  /** The function asked for; errors name it. */
  readonly functionId: string
  /** `Infinity` waits for ever. */
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** One call in flight. It follows its own frame as a letter. */
export class Call implements Expiring {
  deadline: Expiring['deadline'] = undefined
  readonly #calls: Calls
  readonly id: string
  readonly options: CallOptions
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
  isWritten = false

  constructor(calls: Calls, options: CallOptions, settle: Pick<Call, 'id' | 'resolve' | 'reject'>) {
    this.#calls = calls
    this.id = settle.id
    this.options = options
    this.resolve = settle.resolve
    this.reject = settle.reject
  }

  written(): void {
    this.isWritten = true
  }

  discarded(): void {
    // Nothing to do: when the client ends, every call is failed with the reason.
  }

  expired(): void {
    this.#calls.noteExpired()
    const text = `The call to '${this.options.functionId}' waited too long for a connection and was not sent; it is safe to retry`
    this.#calls.fail(this, new NotConnectedError(ErrorCode.PENDING_QUEUE_FULL, text, { outcome: 'not_sent' }))
  }
}

/** How many calls ended in which way, since the start. */
export interface CallCounts {
  readonly pending: number
  readonly settled: number
  readonly timedOut: number
  readonly lateResults: number
  /** Waited too long for a link. */
  readonly expired: number
}

export class Calls {
  readonly #random: Random
  readonly #pending = new Map<string, Call>()
  readonly #deadlines: Deadlines<Call>
  readonly #aborts = new AbortLinks<Call>((call, reason) => {
    this.#giveUp(call, reason)
  })
  readonly #withdraw: (call: Call) => void
  #settled = 0
  #timedOut = 0
  #lateResults = 0
  #expired = 0

  /** @param withdraw takes the frame of a call that ended early back, if it was not written yet. */
  constructor(ports: { readonly clock: Clock; readonly random: Random }, withdraw: (call: Call) => void) {
    this.#random = ports.random
    this.#withdraw = withdraw
    this.#deadlines = new Deadlines(ports.clock, (call) => {
      this.#timedOut += 1
      this.#giveUp(call, timeoutError(call))
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

  /** Opens a call; `start` gets it to send it, and the promise settles with its outcome. */
  open(options: CallOptions, start: (call: Call) => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call = new Call(this, options, { id: this.#random.uuid(), resolve, reject })
      this.#pending.set(call.id, call)
      if (options.signal !== undefined) this.#aborts.add(options.signal, call)
      try {
        start(call)
        // A call that ended at once, refused or given up, needs no time limit.
        if (this.#pending.has(call.id)) this.#deadlines.add(call, options.timeoutMs)
      } catch (error) {
        this.fail(call, error)
      }
    })
  }

  /** Settles a call by id: `finish` decides with which outcome. Unknown and ended calls are counted and dropped. */
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

  /** Counts a call whose frame waited too long for a link. */
  noteExpired(): void {
    this.#expired += 1
  }

  /** Rejects one call. */
  fail(call: Call, reason: unknown): void {
    if (!this.#pending.has(call.id)) return
    this.#forget(call)
    call.reject(reason)
  }

  /** Rejects every call whose frame was written: its answer cannot come any more. */
  failWritten(reasonFor: (call: Call) => unknown): void {
    this.#failEach((call) => call.isWritten, reasonFor)
  }

  /** Rejects every call and leaves no timer behind. */
  failAll(reasonFor: (call: Call) => unknown): void {
    this.#failEach(() => true, reasonFor)
    this.#deadlines.release()
  }

  #failEach(isMeant: (call: Call) => boolean, reasonFor: (call: Call) => unknown): void {
    stackless(() => {
      for (const call of [...this.#pending.values()]) if (isMeant(call)) this.fail(call, reasonFor(call))
    })
  }

  #giveUp(call: Call, reason: unknown): void {
    if (!call.isWritten) this.#withdraw(call)
    this.fail(call, reason)
  }

  #forget(call: Call): void {
    this.#pending.delete(call.id)
    this.#settled += 1
    this.#deadlines.remove(call)
    if (call.options.signal !== undefined) this.#aborts.remove(call.options.signal, call)
  }
}

function timeoutError(call: Call): TimeoutError {
  const { functionId, timeoutMs } = call.options
  return new TimeoutError({
    code: ErrorCode.TIMEOUT,
    message: `No answer from '${functionId}' within ${String(timeoutMs)} ms; it may still be running`,
    function_id: functionId,
    invocationId: call.id,
  })
}
