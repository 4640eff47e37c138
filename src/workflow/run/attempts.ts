/**
 * The attempts of a step: runs its body, journals the result, or the failure and when to try again. Used by steps, by
 * calls and by undo.
 */
import { ErrorCode, IIIError, RuntimeError, type ErrorBody } from '../../errors.js'
import { joinSignals, orAborted, type JoinedSignal } from '../../std/async/abortable.js'
import { backoffDelayMs } from '../../std/time/backoff.js'
import type { StepContext } from '../flow.js'
import type { Done, JournalFailure } from '../records/journal.js'
import { errorBody, journaled, type Retry, type Sized } from '../options.js'
import { branches, type Operation } from './branch.js'
import type { RunSession } from './session.js'
import { attemptSpan, stepLogger } from './tracing.js'

/** What is tried, and how often. */
export interface StepAttempts {
  readonly body: (context: StepContext) => unknown
  readonly retry: Retry
  readonly timeoutMs: number | undefined
}

/** The attempt ended because the flow is not continued; it counts for nothing. */
export class Abandoned extends Error {}

type Attempted = { readonly sized: Sized } | { readonly error: ErrorBody; readonly isFinal: boolean }

/** Tries until an attempt succeeds or all have failed. @returns what was journaled. */
export async function attempt(session: RunSession, operation: Operation, attempts: StepAttempts): Promise<Done> {
  let failures: readonly JournalFailure[] = operation.entry?.failures ?? []
  while (true) {
    const last = failures.at(-1)
    if (last !== undefined) await session.until(operation, 'retry', last.due)
    const ended = await session.busy(() => once(session, operation, { ...attempts, number: failures.length + 1 }))
    if ('order' in ended) return ended
    failures = ended.failures
  }
}

interface Once extends StepAttempts {
  readonly number: number
}

async function once(
  session: RunSession,
  operation: Operation,
  attempts: Once,
): Promise<Done | { failures: readonly JournalFailure[] }> {
  const { clock, random } = session.parts
  const { number, retry } = attempts
  // A worker that was frozen finds out here.
  if (!(await session.lease.isOwn())) throw new Abandoned()
  const startedAt = clock.epochMs()
  const attempted = await attemptSpan(session, { operation, number }, () => run(session, operation, attempts))
  if (session.isOver) throw new Abandoned()
  if ('sized' in attempted) {
    const { value, bytes } = attempted.sized
    return session.journal.finish(operation, {
      ...(value === undefined ? {} : { value }),
      bytes,
      attempts: number,
      startedAt,
    })
  }
  const { error, isFinal } = attempted
  // What an aborted body throws says nothing about the step.
  if (session.signal.aborted && !operation.isUndo) throw new Abandoned()
  if (isFinal || number >= retry.attempts)
    return session.journal.finish(operation, { error, attempts: number, startedAt })
  const policy = { ...retry, backoffMultiplier: 2, jitterFactor: 0.1 }
  const due = clock.epochMs() + backoffDelayMs(policy, number, random)
  return { failures: await session.journal.failed(operation, { attempt: number, error, due }) }
}

async function run(session: RunSession, operation: Operation, { body, number, timeoutMs }: Once): Promise<Attempted> {
  const { settings } = session.parts
  const limit = timeoutMs === undefined ? undefined : new AbortController()
  const timeout =
    timeoutMs === undefined
      ? undefined
      : session.parts.clock.after(timeoutMs, () => limit?.abort(tooLate(operation, timeoutMs)))
  const sources = [limit?.signal, operation.isUndo ? undefined : session.signal].filter((each) => each !== undefined)
  // Made only for code that uses it: a signal costs as much as the rest of a step.
  let joined: JoinedSignal | undefined
  const context: StepContext = {
    attempt: number,
    idempotencyKey: `${session.run.start.token}/${String(session.run.generation)}/${operation.key}`,
    get signal() {
      return (joined ??= joinSignals(...sources)).signal
    },
    get logger() {
      return stepLogger(session, operation, number)
    },
  }
  try {
    const inside = { ...operation.branch, isStep: true }
    const result: unknown = await orAborted(
      branches.run(inside, () => new Promise((resolve) => resolve(body(context)))),
      limit?.signal,
    )
    return { sized: journaled(`The result of step ${operation.name}`, result, settings.maxPayloadBytes) }
  } catch (error) {
    return { error: errorBody(error), isFinal: error instanceof IIIError && FINAL.has(error.code) }
  } finally {
    timeout?.cancel()
    joined?.release()
  }
}

/** Errors that another attempt cannot change. */
const FINAL: ReadonlySet<string> = new Set([
  ErrorCode.serialization_error,
  ErrorCode.deserialization_error,
  ErrorCode.INVALID_ARGUMENT,
  ErrorCode.WORKFLOW_LIMIT,
])

function tooLate({ name }: Operation, timeoutMs: number): RuntimeError {
  return new RuntimeError(ErrorCode.TIMEOUT, `Step ${name} did not end within ${String(timeoutMs)} ms`)
}
