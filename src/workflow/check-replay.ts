/**
 * Replays a recorded history with the present code, without an engine: shows in CI whether runs that wait in production
 * can continue after a deployment.
 */
import { ErrorCode, RuntimeError, type ErrorBody } from '../errors.js'
import { systemRandom } from '../std/random.js'
import { systemClock } from '../std/time/clock.js'
import { validate } from '../sdk/schema/validation.js'
import { checkRecord } from '../sdk/worker/check.js'
import { checkWorkflow } from './definition.js'
import { areFlowsChecked, watchFlows } from './run/flow-checks.js'
import type { AnyWorkflow, PlainWorkflow } from './flow.js'
import { settingsOf } from './options.js'
import { flowOf } from './run/operations.js'
import type { Run } from './records/record.js'
import { Schedule } from './records/schedule.js'
import { RunSession } from './run/session.js'
import type { RunHistory } from './records/status.js'
import type { Store } from './records/store.js'

/** Result of `replay`. */
export interface Replayed {
  /** `continues`: all that is journaled was asked for, and something new follows. */
  readonly state: 'completed' | 'failed' | 'cancelled' | 'continues'
  /** The result of the workflow; absent unless `state` is `completed`. */
  readonly result?: unknown
  /** The error of the workflow; absent unless `state` is `failed`. */
  readonly error?: ErrorBody
}

/**
 * Replays the history of a run, as `run.history()` gives it, with a workflow. Runs no step.
 * @throws {RuntimeError} `WORKFLOW_DIVERGED` when the code does not fit the history.
 * @example
 * await replay(JSON.parse(readFileSync('test/histories/order-7.json', 'utf8')), placeOrder)
 */
export async function replay(history: RunHistory, workflow: AnyWorkflow): Promise<Replayed> {
  const { journal, input, version, runId } = checkRecord('history', history) as unknown as RunHistory
  const plain = checkWorkflow('workflow', workflow)
  if (!Array.isArray(journal)) {
    throw new RuntimeError(
      ErrorCode.INVALID_ARGUMENT,
      'history must be the result of `run.history()`, with its `journal`',
    )
  }
  const parts = {
    ...{ store: NO_STORE, clock: systemClock, random: systemRandom, workerName: 'replay', leaseMs: Infinity },
    ...{ workflow: plain, settings: settingsOf(), isReplayOnly: true },
    scheduleOf: (id: string) => new Schedule(NO_STORE, id),
    wake: () => undefined,
    call: nothing,
  }
  const lease = {
    token: 'replay',
    start: () => undefined,
    isOwn: () => Promise.resolve(true),
    extend: () => Promise.resolve(true),
  }
  const run = runOf({ workflow: plain.id, run: runId, token: 'replay', input, version, at: 0 })
  const session = new RunSession(parts, { run, lease }, journal)
  const unwatch = areFlowsChecked(true) ? watchFlows() : undefined
  const ending = await session.work(async () => plain.run(flowOf(session), await parsed(plain, input)))
  unwatch?.()
  if (ending.kind !== 'stopped') return { state: 'continues' }
  const { reason } = ending
  if (reason.kind === 'held') throw new RuntimeError(reason.error.code, reason.error.message)
  if (reason.kind === 'completed') return { state: 'completed', result: reason.result }
  if (reason.kind === 'failed') return { state: 'failed', error: reason.error }
  return { state: reason.kind === 'cancelled' ? 'cancelled' : 'continues' }
}

function parsed({ id, input: schema }: PlainWorkflow, input: unknown): unknown {
  return schema === undefined ? input : validate(schema, input, { id, side: 'input' })
}

function runOf(start: Run['start']): Run {
  return {
    ...{
      start,
      handed: { generation: 0, taken: 1 },
      generation: 0,
      input: start.input,
      version: start.version,
      epoch: 1,
      claim: undefined,
    },
    ...{
      until: Infinity,
      parked: undefined,
      news: 0,
      cancel: undefined,
      pause: undefined,
      kept: undefined,
      outcome: undefined,
      watchers: [],
    },
  }
}

function nothing(): Promise<never> {
  return Promise.reject(new RuntimeError(ErrorCode.INVALID_ARGUMENT, 'A replay starts no new work'))
}

/** Never asked: a replay stops where the journal ends. */
const NO_STORE: Store = {
  get: nothing,
  list: nothing,
  update: nothing,
  set: nothing,
  remove: nothing,
  scopes: nothing,
  bootId: nothing,
}
