/**
 * The words of workflows: what a workflow and a signal are, and what the code of a workflow works with. Each method of
 * `Flow` is one operation of the journal. Types only; `operations.ts` implements them.
 */
import type { Duration } from '../sdk/worker/options/duration.js'
import type {
  ContractInput,
  ContractOutput,
  FunctionContract,
  MaybeSchema,
  ReceivedAs,
  SentAs,
} from '../sdk/worker/functions/contract.js'
import type { Logger } from '../sdk/telemetry/logs/logger.js'
import type { StandardSchemaV1 } from '../sdk/schema/standard-schema.js'

/** Argument of the body of a step. */
export interface StepContext {
  /** Number of this attempt, from 1. */
  readonly attempt: number
  /**
   * The same for every attempt of this step of this run, in every worker: give it to systems that accept idempotency
   * keys, so that a step that runs again has no second effect.
   */
  readonly idempotencyKey: string
  /** Aborts when the step times out, the run is cancelled, or this worker no longer owns the run. */
  readonly signal: AbortSignal
  /** Writes log records with the ids of the span of this attempt, the run, the step and the attempt. */
  readonly logger: Logger
}

/** Writes log records with the trace and the name of a run. */
export type FlowLog = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>

/** Option `retry` of a step. */
export interface RetryPolicy {
  /** Maximum number of attempts. Default: 3. */
  readonly attempts?: number | undefined
  /** The delay before the second attempt, doubled from one to the next, with its maximum. Default `1s..1m`. */
  readonly backoff?: Duration | undefined
}

/** Options of a step. */
export interface StepOptions<T> {
  /** Retries of a failing step. Default: 3 attempts, `1s..1m` apart. */
  readonly retry?: RetryPolicy | undefined
  /** Time limit of one attempt; the step's signal aborts then. Default: none. */
  readonly timeout?: Duration | undefined
  /** Reverses the effect of the step. Runs when the run fails or is cancelled after this step has completed. */
  readonly undo?: ((result: T, context: StepContext) => unknown) | undefined
}

/** Options of a call in a flow. */
export interface FlowCallOptions {
  /** The name in the journal. Default: the function's id, numbered from the second call on. */
  readonly name?: string | undefined
  /** The namespace of the function. Default: that of the worker. */
  readonly namespace?: string | undefined
  /** Retries of a failing call. Default: 3 attempts, `1s..1m` apart. */
  readonly retry?: RetryPolicy | undefined
  /** Time limit of one attempt. Default: the worker's `invocationTimeoutMs`. */
  readonly timeout?: Duration | undefined
}

/** Options of `flow.waitFor`. */
export interface WaitOptions {
  /** Only signals that were sent with this key. Default: those sent without one. */
  readonly key?: string | undefined
}

/** Options of a child run. */
export interface ChildOptions {
  /**
   * Id of the child run. Default: the parent's id, the number of its generation unless that is 0, and the name of the
   * operation, with `/` between them.
   */
  readonly runId?: string | undefined
}

/** Branches of `all`: functions by name, or a list of them. */
export type Branches = Readonly<Record<string, () => unknown>> | readonly (() => unknown)[]

/** The results of branches, in the same shape. */
export type BranchResults<B extends Branches> = {
  -readonly [K in keyof B]: B[K] extends () => infer R ? Awaited<R> : never
}

/** The operations of a run. Use them in the function of a workflow, not in a step. */
export interface Flow {
  /** The id of this run. */
  readonly runId: string
  /** The `version` of the workflow when this run was started. */
  readonly version: number
  /** Writes log records. Silent while the flow is replayed, so that a line is written once unless a worker dies. */
  readonly log: FlowLog
  /**
   * Runs a function and journals its result. It runs at least once; once its result is journaled, it does not run again,
   * and every worker continues with this result. The result must be JSON.
   * @throws {InvocationError} the error of the last attempt, when all have failed.
   */
  step<T>(name: string, body: (context: StepContext) => T | Promise<T>, options?: StepOptions<T>): Promise<T>
  /** Waits for a duration, or until a date. No worker holds the run meanwhile. */
  sleep(until: Duration | Date): Promise<void>
  /** Waits for a signal. Signals sent before are kept, and arrive in the order in which they were sent. */
  waitFor<S extends Signal>(signal: S, options?: WaitOptions): Promise<ReceivedAs<S['schema']>>
  /** Waits for a signal for a limited time. Resolves with `undefined` when the time has passed. */
  waitFor<S extends Signal>(
    signal: S,
    options: WaitOptions & { readonly timeout: Duration },
  ): Promise<ReceivedAs<S['schema']> | undefined>
  /** Calls a function as a step. The idempotency key of the step is sent in the call's metadata. */
  call<C extends FunctionContract>(
    contract: C,
    payload: ContractInput<C>,
    options?: FlowCallOptions,
  ): Promise<ContractOutput<C>>
  /** Calls a function by its id, as a step. */
  call<T = unknown>(functionId: string, payload?: unknown, options?: FlowCallOptions): Promise<T>
  /** Starts another workflow and waits for its result. It is cancelled with this run. */
  run<W extends AnyWorkflow>(workflow: W, input: WorkflowInput<W>, options?: ChildOptions): Promise<WorkflowOutput<W>>
  /**
   * Runs branches side by side, and waits for all of them. When branches fail, it throws the error of the first failed
   * one in the order of the branches, after all have ended.
   */
  all<const B extends Branches>(branches: B): Promise<BranchResults<B>>
  /** The time in milliseconds since 1970, journaled: the same on every replay. */
  now(): Promise<number>
  /** A random number in [0, 1), journaled. */
  random(): Promise<number>
  /** A random UUID, journaled. */
  uuid(): Promise<string>
  /**
   * Whether this run takes a changed path: true for runs that reach this place for the first time, false for those that
   * were past it before the change.
   */
  patched(id: string): Promise<boolean>
  /** Ends this generation of the run and begins the next one with a new input and an empty journal. Never returns. */
  continueAs(input: unknown): Promise<never>
}

/** The function of a workflow. */
export type FlowFunction<I, O> = (flow: Flow, input: ReceivedAs<I>) => SentAs<O> | Promise<SentAs<O>>

/** Options of `defineWorkflow`. */
export interface WorkflowOptions<I extends MaybeSchema = MaybeSchema, O extends MaybeSchema = MaybeSchema> {
  /** Id of the workflow, for all its versions. */
  readonly id: string
  /** Schema of the input of a run. */
  readonly input?: I
  /** Schema of the result of a run. */
  readonly output?: O
  /** Version of the code, stored with each new run. Workers with a lower version do not run it. Default: 1. */
  readonly version?: number | undefined
}

/** A declared workflow. */
export interface Workflow<I extends MaybeSchema = MaybeSchema, O extends MaybeSchema = MaybeSchema> {
  /** Id of the workflow, for all its versions. */
  readonly id: string
  /** The schema of the input of a run. Default: none, any JSON value is accepted. */
  readonly input?: I
  /** The schema of the result of a run. Default: none, any JSON value is accepted. */
  readonly output?: O
  /** The version of the code, an integer from 1. Default 1. */
  readonly version: number
  /** The code. Call it through `serveWorkflow`. */
  readonly run: FlowFunction<I, O>
}

/* eslint-disable @typescript-eslint/no-explicit-any -- a function's parameters vary in the other direction than its schemas */
/** Any workflow, whatever its schemas. */
export type AnyWorkflow = Workflow<any, any>
/* eslint-enable @typescript-eslint/no-explicit-any */

/** Input type of a workflow. */
export type WorkflowInput<W extends AnyWorkflow> = SentAs<W['input']>
/** Output type of a workflow. */
export type WorkflowOutput<W extends AnyWorkflow> = ReceivedAs<W['output']>

/** A declared signal. */
export interface Signal<S extends MaybeSchema = MaybeSchema> {
  /** The name that senders and runs use. */
  readonly name: string
  /** The schema of the data. Default: none, any JSON value is accepted. */
  readonly schema?: S
}

/** A workflow as the package itself sees it, without the types of its schemas. */
export interface PlainWorkflow {
  readonly id: string
  readonly version: number
  readonly input?: StandardSchemaV1
  readonly output?: StandardSchemaV1
  readonly run: (flow: Flow, input: unknown) => unknown
}
