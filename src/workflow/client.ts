/**
 * Starts runs and follows them, from any worker. A handle needs the name of a run and nothing else.
 */
import { ErrorCode, RemoteError, RuntimeError } from '../errors.js'
import { deferred } from '../std/async/deferred.js'
import { orAborted } from '../std/async/abortable.js'
import { validate } from '../sdk/schema/validation.js'
import { checkId, checkRecord, checkSignal } from '../sdk/worker/check.js'
import type { III } from '../sdk/worker/client.js'
import type { SentAs } from '../sdk/worker/functions/contract.js'
import { checkSignalContract, checkWorkflow } from './definition.js'
import type { AnyWorkflow, Signal, WorkflowInput, WorkflowOutput } from './flow.js'
import { checkKnown, DEFAULT_LIMITS, journaled } from './options.js'
import { scopeOf, type Run, type RunName } from './records/record.js'
import {
  cancelRun,
  deadScope,
  findRun,
  pauseRun,
  resumeRun,
  retryRun,
  settledRun,
  startRun,
  type RequestParts,
} from './records/requests.js'
import { readStatuses } from './records/run-list.js'
import { schedulesOn } from './records/schedule.js'
import { announcer, hostOf, portsOf, untracedCaller } from './serve.js'
import { sendSignal } from './run/signals.js'
import { historyOf, statusOf, type RunHistory, type RunStatus } from './records/status.js'
import { startSpan } from './run/tracing.js'
import { patientStore, stateStore } from './records/store.js'

/** Options of `startWorkflow`. */
export interface StartOptions {
  /** Identifies the run within its workflow; a second start with the same id joins it. Default: a random UUID. */
  readonly runId?: string | undefined
}

/** Options of `result`. */
export interface ResultOptions {
  /** Stops waiting; the run continues. */
  readonly signal?: AbortSignal | undefined
}

/** Options of `retry`. */
export interface RetryOptions {
  /** The name of a step. Default: the first step that failed or was undone. */
  readonly from?: string | undefined
}

/** One run of a workflow. */
export interface RunHandle<W extends AnyWorkflow = AnyWorkflow> {
  /** The id of the workflow. */
  readonly workflow: string
  /** The id of the run, unique within its workflow. */
  readonly runId: string
  /**
   * Waits for the end of the run.
   * @throws {InvocationError} the error of a run that failed. @throws {RuntimeError} `WORKFLOW_CANCELLED` for a run that
   * was cancelled, `WORKFLOW_HELD` for one on the dead-letter list, `WORKFLOW_NOT_FOUND` for one that does not exist.
   */
  result(options?: ResultOptions): Promise<WorkflowOutput<W>>
  /**
   * Sends a signal. It is kept until the run waits for it.
   * @throws {RuntimeError} `WORKFLOW_ENDED`, `WORKFLOW_NOT_FOUND`, or `WORKFLOW_LIMIT` when too many are kept.
   */
  signal<S extends Signal>(
    signal: S,
    data: SentAs<S['schema']>,
    options?: { readonly key?: string | undefined },
  ): Promise<void>
  /** Stops the run, and undoes its steps that have an undo. */
  cancel(reason?: string): Promise<void>
  /** Pauses the run when its running steps have ended. */
  pause(): Promise<void>
  /** Continues a paused run, or one on the dead-letter list. */
  resume(): Promise<void>
  /**
   * Runs an ended run again from a step on, with the results before it.
   * @throws {RuntimeError} `INVALID_ARGUMENT` for a run that has not ended, or a step that it does not have.
   */
  retry(options?: RetryOptions): Promise<void>
  /** Returns the status of the run. */
  status(): Promise<RunStatus>
  /** The operations of the run, in the order in which they began. */
  history(): Promise<RunHistory>
}

/**
 * Starts a run, or joins the one that has the id already. Resolves once the engine has stored the start.
 * @throws {ValidationError} `deserialization_error` for an input that does not match the workflow's schema.
 * @example
 * const run = await startWorkflow(worker, placeOrder, order, { runId: order.id })
 * const receipt = await run.result()
 */
// eslint-disable-next-line @typescript-eslint/max-params -- a worker, and what its method would have
export async function startWorkflow<W extends AnyWorkflow>(
  worker: III,
  workflow: W,
  input: WorkflowInput<W>,
  options: StartOptions = {},
): Promise<RunHandle<W>> {
  const { id, version, input: schema } = checkWorkflow('workflow', workflow)
  checkKnown('startWorkflow', checkRecord('options', options), ['runId'])
  const parts = requestParts(worker)
  const run = options.runId === undefined ? parts.random.uuid() : checkId('runId', options.runId)
  if (schema !== undefined) await validate(schema, input, { id, side: 'input' })
  const { value } = journaled(`The input of ${id}`, input, DEFAULT_LIMITS.maxPayloadBytes)
  const start = { token: parts.random.uuid(), workflow: id, run, input: value, version, at: parts.clock.epochMs() }
  await startSpan(portsOf(worker).telemetry(), start, (trace) => startRun(parts, { ...start, ...trace }))
  return workflowRun(worker, workflow, run)
}

/**
 * A handle of a run that was started before, here or elsewhere.
 * @example
 * await workflowRun(worker, placeOrder, 'order-7').signal(payment, { amount: 20 })
 */
export function workflowRun<W extends AnyWorkflow>(worker: III, workflow: W, runId: string): RunHandle<W> {
  const { id, output } = checkWorkflow('workflow', workflow)
  const parts = requestParts(worker)
  const name = { workflow: id, run: checkId('runId', runId) }
  return {
    workflow: id,
    runId,
    result: async (options = {}) => {
      const signal = checkSignal('signal', checkRecord('options', options)['signal'])
      const result = await orAborted(outcomeOf(worker, parts, name), signal)
      // What the schema gives is what the type says.
      return output === undefined ? result : await validate(output, result, { id, side: 'output' })
    },
    signal: async (signal, data, { key } = {}) =>
      sendSignal(parts, name, { signal: checkSignalContract('signal', signal), data, key }),
    cancel: (reason) => cancelRun(parts, name, reason),
    pause: () => pauseRun(parts, name),
    resume: () => resumeRun(parts, name),
    retry: async (options = {}) => retryRun(parts, name, (checkRecord('options', options) as RetryOptions).from),
    status: async () => statusOf(await findRun(parts, name)),
    history: () => readHistory(parts, name),
  }
}

/**
 * Lists the runs of a workflow that are held: its dead-letter list. `workflowRun(worker, workflow, runId).resume()` takes a
 * run off the list.
 * @example
 * for (const { runId, error } of await heldRuns(worker, placeOrder)) console.log(runId, error?.message)
 */
export async function heldRuns(worker: III, workflow: AnyWorkflow): Promise<RunStatus[]> {
  const { id } = checkWorkflow('workflow', workflow)
  const { store } = requestParts(worker)
  // Written by this package alone.
  const listed = (await store.list(deadScope(id))) as readonly { readonly run: string }[]
  const scopes = listed.map(({ run }) => scopeOf({ workflow: id, run }))
  return (await readStatuses(store, scopes)).filter(({ state }) => state === 'held')
}

const partsBy = new WeakMap<object, RequestParts>()

/** What requests need, on a worker. */
export function requestParts(worker: III): RequestParts {
  const known = partsBy.get(worker)
  if (known !== undefined) return known
  const { clock, random, ...ports } = portsOf(worker)
  let isOver = false
  ports.onEnd(() => {
    isOver = true
  })
  const store = patientStore(stateStore(untracedCaller(worker)), {
    clock,
    random,
    isOver: () => isOver,
    limitMs: GIVE_UP_MS,
  })
  const parts = { store, clock, random, scheduleOf: schedulesOn(store), wake: announcer(worker) }
  partsBy.set(worker, parts)
  return parts
}

/** Requests are repeated for this long while the engine cannot be reached. */
const GIVE_UP_MS = 30_000

async function readHistory(parts: RequestParts, name: RunName): Promise<RunHistory> {
  const history = historyOf(await parts.store.list(scopeOf(name)))
  if (history !== undefined) return history
  await findRun(parts, name)
  throw new RuntimeError(ErrorCode.WORKFLOW_NOT_FOUND, `The run ${name.run} of ${name.workflow} was removed meanwhile`)
}

const FIRST_LOOK_MS = 20
const MAX_LOOK_MS = 10_000
const LOOK_GROWTH = 1.1

/** Looks at growing intervals, and at once when this process ends the run. */
async function outcomeOf(worker: III, parts: RequestParts, name: RunName): Promise<unknown> {
  for (let delayMs = FIRST_LOOK_MS; ; delayMs = Math.min(delayMs * LOOK_GROWTH, MAX_LOOK_MS)) {
    const noticed = deferred<void>()
    const unfollow = hostOf(worker, name.workflow)?.ended.on((run) => {
      if (run === name.run) noticed.resolve()
    })
    const run = await settledRun(parts, name)
    if (run.outcome !== undefined || run.pause?.by === 'held') {
      unfollow?.()
      return resultOf(run)
    }
    const timer = parts.clock.after(delayMs, noticed.resolve)
    await noticed.promise
    timer.cancel()
    unfollow?.()
  }
}

function resultOf({ start, outcome, pause }: Run): unknown {
  const subject = `The run ${start.run} of ${start.workflow}`
  if (outcome === undefined) {
    const why = pause?.error === undefined ? '' : `: ${pause.error.code}: ${pause.error.message}`
    throw new RuntimeError(
      ErrorCode.WORKFLOW_HELD,
      `${subject} is on the dead-letter list${why}. Resume it once the cause is gone`,
    )
  }
  const { status, result, error } = outcome
  if (status === 'completed') return result
  if (status === 'cancelled' || error === undefined) {
    throw new RuntimeError(ErrorCode.WORKFLOW_CANCELLED, error?.message ?? `${subject} was cancelled`)
  }
  throw new RemoteError({ ...error, function_id: start.workflow })
}
