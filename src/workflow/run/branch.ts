/**
 * Branches of a flow, and the operations in them. A branch gives names that hold for every replay, in whatever order the
 * branches of a run come to rest.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { ErrorCode, RuntimeError } from '../../errors.js'
import type { JournalEntry, OperationKind } from '../records/journal.js'

/** An operation of the flow. */
export interface Operation {
  readonly key: string
  readonly name: string
  readonly branch: Branch
  readonly entry: JournalEntry | undefined
  /** Whether it takes the effect of a step back; that is done although the flow is not continued. */
  readonly isUndo?: boolean
}

/** A part of the flow that runs side by side with others; the flow itself is one. */
export interface Branch {
  /** The session that runs it. */
  readonly session: object
  readonly path: string
  /** Uses of each name, to number operations that have none. */
  readonly uses: Map<string, number>
  /** The operation that ended last. */
  last: string | undefined
  /** Whether code of a step runs, which may not use the flow. */
  readonly isStep: boolean
}

/** A name that the code gives and that must be unique, or one that is numbered when it is used again. */
export type OperationName = string | { readonly base: string }

/** The branch that the running code belongs to. */
export const branches = new AsyncLocalStorage<Branch | undefined>()

/**
 * The branch that the running code belongs to.
 * @throws {RuntimeError} `INVALID_ARGUMENT` outside the function of the workflow, and inside a step.
 */
export function ownBranch(session: object): Branch {
  const branch = branches.getStore()
  if (branch?.session === session && !branch.isStep) return branch
  const text = 'Use a flow only in the function of its workflow, not inside a step or after the run'
  throw new RuntimeError(ErrorCode.INVALID_ARGUMENT, text)
}

/** Numbers the uses of a name, from the second on. */
export function numbered({ uses }: Branch, kind: OperationKind, base: string): string {
  const use = (uses.get(`${kind}:${base}`) ?? 0) + 1
  uses.set(`${kind}:${base}`, use)
  return use === 1 ? base : `${base}#${String(use)}`
}
