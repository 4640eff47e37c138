/**
 * What a session works with, what it keeps, and how it ends. Types only.
 */
import type { ErrorBody } from '../../errors.js'
import type { Logger } from '../../sdk/telemetry/logs/logger.js'
import type { Telemetry } from '../../sdk/telemetry/telemetry.js'
import type { FunctionContract } from '../../sdk/worker/functions/contract.js'
import type { Branch } from './branch.js'
import type { PlainWorkflow, StepContext } from '../flow.js'
import type { LeaseParts } from '../records/lease.js'
import type { Settings } from '../options.js'
import type { Run, Wait } from '../records/record.js'
import type { RequestParts } from '../records/requests.js'

/** What a session works with. */
export interface RunSessionParts extends LeaseParts, RequestParts {
  readonly workflow: PlainWorkflow
  readonly settings: Settings
  /** Whether to stop where the journal ends. */
  readonly isReplayOnly?: boolean
  /** Absent: runs have no spans, and their log lines go to the console. */
  readonly observer?: Observer
  /** Calls a function. */
  readonly call: (target: string | FunctionContract, payload: unknown, options: StepCallOptions) => Promise<unknown>
}

/** The telemetry of the worker that has a run. */
interface Observer {
  /** Nothing while it is off. */
  telemetry(): Telemetry | undefined
  /** A logger that writes with the ids of the running span. */
  logger(serviceName: string): Logger
}

/** How a flow calls a function. */
export interface StepCallOptions {
  readonly metadata: Readonly<Record<string, unknown>>
  readonly namespace?: string | undefined
  readonly timeoutMs?: number | undefined
  readonly signal: AbortSignal
}

/** How a session ended. */
export type Ending =
  /** Released: the record as it was after that. */
  | { readonly kind: 'parked'; readonly run: Run }
  /** The flow has come to its end, or must not continue; what follows is written by `conclude.ts`. */
  | { readonly kind: 'stopped'; readonly reason: Exclude<StopReason, { kind: 'released' }> }
  | { readonly kind: 'lost' }

/** Why a flow is not continued. */
export type StopReason =
  | { readonly kind: 'completed'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: ErrorBody }
  | { readonly kind: 'cancelled'; readonly reason: string | undefined }
  | { readonly kind: 'continued'; readonly input: unknown }
  | { readonly kind: 'held'; readonly error: ErrorBody }
  /** Paused by a user, or given up by a worker that shuts down. */
  | { readonly kind: 'released' }

/** An operation that waits. */
export interface WaitingOperation {
  readonly wait: Wait
  /** Ends the wait when its time has come. */
  readonly expire?: () => void
  /** Looks whether what is waited for has happened; ends the wait if it has. */
  readonly look?: () => Promise<void>
}

/** How to take the effect of a step back. */
export interface Undo {
  readonly key: string
  /** When the step ended, among those of the run. */
  readonly order: number
  readonly branch: Branch
  readonly undo: (context: StepContext) => unknown
}
