/**
 * Serves a workflow on a worker: joins a host to the worker's calls, to announcements of other workers, and to the worker's
 * end. One host for each workflow of a worker.
 */
import { ErrorCode, invalidArgument, RuntimeError } from '../errors.js'
import { isRecord } from '../wire/protocol/validate.js'
import { untraced } from '../sdk/telemetry/trace/work-spans.js'
import { PORTS, type LendingPorts, type WorkerPorts } from '../sdk/worker/lent-ports.js'
import { IIIConnectionState } from '../sdk/connection/state.js'
import type { CanTrigger } from '../sdk/worker/calls/trigger-request.js'
import type { III } from '../sdk/worker/client.js'
import { checkWorkflow } from './definition.js'
import { areFlowsChecked, watchFlows } from './run/flow-checks.js'
import type { AnyWorkflow, PlainWorkflow } from './flow.js'
import { Host, type Slots } from './host.js'
import { settingsOf, type ServeOptions, type Settings } from './options.js'
import type { RunName } from './records/record.js'
import { announcement, topicOf } from './records/requests.js'
import { schedulesOn } from './records/schedule.js'
import type { StepCallOptions, RunSessionParts } from './run/session-parts.js'
import { settledStore } from './records/settled-store.js'
import { pacedStore, patientStore, stateStore } from './records/store.js'

/** A workflow that a worker serves. */
export interface ServedWorkflow extends AsyncDisposable {
  /** Runs in progress in this worker; waiting runs do not count. */
  readonly active: number
  /** Stops serving: takes no more runs, and releases the others when their running steps have ended. */
  close(): Promise<void>
}

/** Requests at a time to an engine that answers bursts at once: they share a write of its store (judgement). */
const REQUESTS_IN_FLIGHT = 16

/** What this package keeps of one worker. */
interface Served {
  readonly hosts: Map<string, Host>
  readonly slots: Slots
}

const servedBy = new WeakMap<object, Served>()

/** The host of a workflow in a worker. */
export function hostOf(worker: object, workflow: string): Host | undefined {
  return servedBy.get(worker)?.hosts.get(workflow)
}

/** The ports of a worker. @throws {RuntimeError} `INVALID_ARGUMENT` for anything else. */
export function portsOf(worker: unknown): WorkerPorts {
  const ports: unknown = isRecord(worker) ? (worker as Partial<LendingPorts>)[PORTS] : undefined
  if (ports === undefined) throw invalidArgument('worker', 'a worker made by registerWorker', worker)
  return ports as WorkerPorts
}

/** Announces that a run may continue to all workers that serve its workflow. May be lost. */
export function announcer(worker: III): (name: RunName) => void {
  return ({ workflow, run }) => {
    hostOf(worker, workflow)?.wake(run)
    if (hostOf(worker, workflow)?.hasRoom === true) return
    untraced(() => worker.trigger(announcement({ workflow, run }))).catch(() => undefined)
  }
}

/**
 * Serves a workflow: this worker runs its runs, beside other workers that serve it. Ends with the worker: a graceful
 * shutdown releases its runs, and others continue them at once.
 * @throws {RuntimeError} `INVALID_ARGUMENT` naming the option that is wrong, or `DUPLICATE_FUNCTION` for a workflow that
 * this worker serves already.
 * @example
 * serveWorkflow(worker, placeOrder, { concurrency: 20 })
 */
export function serveWorkflow(worker: III, workflow: AnyWorkflow, options: ServeOptions = {}): ServedWorkflow {
  const ports = portsOf(worker)
  const plain = checkWorkflow('workflow', workflow)
  const { id } = plain
  const settings = settingsOf(options, ports.clock.isSteady)
  const served = servedBy.get(worker) ?? {
    hosts: new Map<string, Host>(),
    slots: { max: settings.workerConcurrency, used: 0, waiting: new Set<() => void>() },
  }
  servedBy.set(worker, served)
  if (served.hosts.has(id)) {
    throw new RuntimeError(ErrorCode.DUPLICATE_FUNCTION, `This worker serves the workflow ${id} already`)
  }
  if (options.workerConcurrency !== undefined) served.slots.max = options.workerConcurrency
  const host = new Host({ ...sessionParts(worker, plain, settings), slots: served.slots })
  served.hosts.set(id, host)
  const leave = join(worker, host, id)
  const unwatch = areFlowsChecked(ports.clock.isSteady) ? watchFlows() : undefined
  const forget = (): void => {
    leave()
    unwatch?.()
    served.hosts.delete(id)
  }
  const close = async (): Promise<void> => {
    await host.close()
    forget()
  }
  ports.onDrain(close)
  ports.onEnd(() => {
    host.lose()
    forget()
  })
  return {
    get active() {
      return host.active
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function sessionParts(worker: III, workflow: PlainWorkflow, settings: Settings): RunSessionParts {
  const { clock, random, workerName, answersBurstsLate, ...observer } = portsOf(worker)
  let isOver = false
  portsOf(worker).onEnd(() => {
    isOver = true
  })
  const state = pacedStore(
    stateStore(untracedCaller(worker)),
    () => settings.requestsInFlight ?? (answersBurstsLate() ? 1 : REQUESTS_IN_FLIGHT),
  )
  const patient = patientStore(state, { clock, random, isOver: () => isOver })
  const store = settings.settleMs === 0 ? patient : settledStore(patient, clock, settings.settleMs)
  const call = (
    target: Parameters<RunSessionParts['call']>[0],
    payload: unknown,
    options: StepCallOptions,
  ): Promise<unknown> =>
    typeof target === 'string'
      ? worker.trigger({ ...options, function_id: target, payload })
      : worker.trigger(target, payload, options)
  return {
    ...{ store, clock, random, workerName, leaseMs: settings.leaseMs, workflow, settings, call },
    scheduleOf: schedulesOn(store),
    wake: announcer(worker),
    observer,
  }
}

/** Calls without a trace: requests to state would hide the steps among them. */
export function untracedCaller(worker: CanTrigger): CanTrigger {
  return { trigger: (request) => untraced(() => worker.trigger(request)) }
}

/** Follows announcements and the connection. @returns what ends that. */
function join(worker: III, host: Host, workflow: string): () => void {
  // A function of its own for each worker: all of them are notified, and the lease decides.
  const functionId = `workflow::${workflow}::${portsOf(worker).random.uuid()}`
  const announced = (payload: unknown): void => {
    const run: unknown = isRecord(payload) ? payload['run'] : undefined
    if (typeof run === 'string') host.wake(run)
  }
  const served = worker.registerFunction(functionId, announced, { metadata: { internal: true } })
  const trigger = worker.registerTrigger({
    type: 'subscribe',
    function_id: functionId,
    config: { topic: topicOf(workflow) },
  })
  const check = (): void => void host.connected().catch(() => undefined)
  const unfollow = worker.onConnectionStateChange((state) => {
    if (state === IIIConnectionState.Connected) check()
  })
  if (worker.getConnectionState() === IIIConnectionState.Connected) check()
  return () => {
    unfollow()
    trigger.unregister()
    served.unregister()
  }
}
