/**
 * Performs one operation of a flow: looks it up in the journal, performs it if it is new, and gives the same result or
 * error on every replay.
 */
import { RemoteError, type ErrorBody } from '../../errors.js'
import { Abandoned } from './attempts.js'
import { branches, type Operation, type OperationName } from './branch.js'
import type { Done, OperationKind } from '../records/journal.js'
import type { RunSession } from './session.js'

/** How an operation is done. */
export interface Performance {
  readonly name: OperationName
  readonly perform: (operation: Operation) => Promise<Done>
  /** Called when it has ended, also on replays. */
  readonly ended?: (operation: Operation, done: Done) => void
}

/** The promise of an operation that the flow must not get past. */
export function never(): Promise<never> {
  return new Promise(() => undefined)
}

/** Performs an operation once, and resolves with its value or rejects with its error, then and on every replay. */
export async function operate(
  session: RunSession,
  kind: OperationKind,
  { name, perform, ended }: Performance,
): Promise<unknown> {
  const operation = session.ask(kind, name, new Error())
  if (operation === undefined) return never()
  const done = operation.entry?.done ?? (await performed(session, operation, perform))
  if (done === undefined) return never()
  operation.branch.last = operation.key
  ended?.(operation, done)
  if (done.error !== undefined) throw failureOf(done.error, session.run.start.workflow)
  return done.value
}

/** Performs something new. @returns nothing when the flow is not continued. */
async function performed(
  session: RunSession,
  operation: Operation,
  perform: Performance['perform'],
): Promise<Done | undefined> {
  await session.frontier()
  try {
    // What an operation causes in this process, such as a handler of a trigger, does not belong to the flow.
    const done = await branches.run(undefined, () => perform(operation))
    // Written too late, it may not be what the present owner went on with, or belong to a generation that is over.
    return (await session.busy(() => session.lease.isOwn())) && !session.isOver ? done : undefined
  } catch (error) {
    // Only the store fails here: nothing can be journaled any more.
    if (!(error instanceof Abandoned)) session.lose()
    return undefined
  }
}

function failureOf({ code, message, stacktrace }: ErrorBody, workflow: string): RemoteError {
  return new RemoteError({ code, message, function_id: workflow, ...(stacktrace === undefined ? {} : { stacktrace }) })
}
