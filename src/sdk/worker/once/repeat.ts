/**
 * Sends a call again while that is safe: what did not run always, what may have run where a key or the call itself makes
 * that harmless.
 */
import { ErrorCode, InvocationError, NotConnectedError, TimeoutError } from '../../../errors.js'
import { orAborted } from '../../../std/async/abortable.js'
import { deferred } from '../../../std/async/deferred.js'
import type { Emitter } from '../../../std/async/emitter.js'
import type { Random } from '../../../std/random.js'
import { backoffDelayMs, type BackoffPolicy } from '../../../std/time/backoff.js'
import type { Clock, TimerMode } from '../../../std/time/clock.js'

/** Members of a worker that waiting needs. */
export interface RepeatParts {
  readonly clock: Clock
  readonly random: Random
  readonly link: { readonly endings: Pick<Emitter<void>, 'on'> }
}

/** Without a link, nothing but its time ends a pause. */
type Unlinked = Omit<RepeatParts, 'link'> & Partial<Pick<RepeatParts, 'link'>>

/** How often, how fast and until when. */
export interface Repetition {
  /** The first one included. */
  readonly attempts: number
  readonly backoff: BackoffPolicy
  /** On the monotonic clock. */
  readonly endsAt: number
  readonly signal?: AbortSignal | undefined
  readonly mayRepeat: (error: unknown) => boolean
  /** Whether a pause keeps the process alive. Default: `foreground`, it does. */
  readonly mode?: TimerMode
}

/** Runs `attempt` until it succeeds, fails with what must not be repeated, or the attempts or the time are used up. */
export async function repeated<T>(worker: Unlinked, run: Repetition, attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await attempt()
    } catch (error) {
      const delayMs = backoffDelayMs(run.backoff, count, worker.random)
      const isLast = count >= run.attempts || worker.clock.now() + delayMs >= run.endsAt
      if (isLast || !run.mayRepeat(error)) throw error
      await pause(worker, delayMs, run)
    }
  }
}

/** Waits; ends early with the client, and rejects when the signal aborts. */
export async function pause(
  { clock, link }: Omit<Unlinked, 'random'>,
  delayMs: number,
  { signal, mode }: Pick<Repetition, 'signal' | 'mode'> = {},
): Promise<void> {
  const { promise, resolve } = deferred<void>()
  const timer = clock.after(delayMs, resolve, mode)
  const release = link?.endings.on(resolve)
  try {
    await orAborted(promise, signal)
  } finally {
    timer.cancel()
    release?.()
  }
}

/** Codes of calls without an answer: the function may have run. */
const UNKNOWN_OUTCOMES: ReadonlySet<string> = new Set([
  ErrorCode.invocation_stopped,
  ErrorCode.RESULT_DROPPED,
  ErrorCode.HANDLER_TIMEOUT,
])

/** Failures of the connection after which it may come back. */
const PASSING: ReadonlySet<string> = new Set([ErrorCode.PENDING_QUEUE_FULL, ErrorCode.CONNECTION_LOST])

/** Whether a call did not run and may run when it is sent again. */
export function didNotRun(error: unknown, functionId: string): boolean {
  if (error instanceof NotConnectedError) return error.outcome === 'not_sent' && PASSING.has(error.code)
  // An error that a handler passed on has a stack: that handler did run.
  if (!(error instanceof InvocationError) || error.stacktrace !== undefined) return false
  if (error.code === ErrorCode.WORKER_BUSY || error.code === ErrorCode.IDEMPOTENCY_UNAVAILABLE) return true
  const isOwn = error.detail === 'Function not found' || error.detail.includes(functionId)
  return error.code === ErrorCode.function_not_found && isOwn
}

/** Whether a call may be sent again that may run twice. */
export function isRepeatable(error: unknown, functionId: string): boolean {
  if (didNotRun(error, functionId) || error instanceof TimeoutError) return true
  if (error instanceof NotConnectedError) return PASSING.has(error.code)
  return error instanceof InvocationError && UNKNOWN_OUTCOMES.has(error.code)
}
