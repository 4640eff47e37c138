/**
 * A real worker in a simulated process. Its functions behave as the payload of a call says; it runs the actions of a
 * scenario and records everything in the journal.
 */
import type { DiagnosticEvent } from '../../src/sdk/worker/diagnostics/diagnostics.js'
import { resolveOptions, type WorkerOptions } from '../../src/sdk/worker/options/options.js'
import { Worker } from '../../src/sdk/worker/worker.js'
import type { TriggerRequest } from '../../src/sdk/worker/calls/trigger-request.js'
import { simRandom } from './sim-random.js'
import { payloadOf, type Op, type OpKind } from './journal.js'
import type { Token } from './guests.js'
import type { Action, Behaviour, Claim, Traced, WorkerPlan } from './scenario.js'
import { Claims } from './claims.js'
import { ChannelWork } from './channel-work.js'
import { Handlers } from './handlers.js'
import { Holdings } from './holdings.js'
import { stateInput } from './state-model.js'
import type { SimProcess } from './schedule.js'
import type { World } from './world.js'

/** Found out once: looking at the machine for each worker would take most of the time. */
const DEFAULTS = resolveOptions('ws://engine.test', { otel: { enabled: false } })
type ActionOf<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>

export class SimWorker {
  readonly index: number
  readonly process: SimProcess
  readonly worker: Worker
  readonly diagnostics: DiagnosticEvent[] = []
  isEnding = false
  /** Whether the number of its invocations at a time is limited, so that nested calls can wait for themselves. */
  readonly isLimited: boolean
  /** Its token for the guarded listener; absent for workers of the open one. */
  readonly token: Token | undefined
  /** Names that it shares with other workers; absent if it has its own. */
  readonly claim: Claim | undefined
  readonly claims = new Claims()
  /** How it sends telemetry; absent if it does not. */
  readonly traced: Traced | undefined
  readonly spiedOn: string[] = []
  /** When its shutdown began. */
  endingSince = Infinity
  /** When its shutdown stops waiting for handlers. */
  endsAt = Infinity
  readonly #world: World
  readonly holdings: Holdings
  readonly handlers: Handlers
  readonly #channels: ChannelWork

  constructor(world: World, index: number, plan: WorkerPlan | undefined) {
    this.#world = world
    this.handlers = new Handlers(world, this)
    this.holdings = new Holdings(world, this)
    this.#channels = new ChannelWork(world, this)
    this.index = index
    this.isLimited = plan?.ownConcurrency !== undefined || plan?.maxConcurrentInvocations !== undefined
    const name = plan === undefined ? 'observer' : `w${index}`
    this.process = world.schedule.process(name)
    const role = plan?.role
    this.traced = role?.kind === 'traced' ? role : undefined
    this.claim = role?.kind === 'claimant' ? role : undefined
    this.token = role?.kind === 'guest' ? role.token : undefined
    const options: WorkerOptions = {
      ...DEFAULTS,
      metadata: {
        name: this.claim?.sharesName === true ? `group${this.claim.group}` : name,
        runtime: 'node',
        version: '0',
        os: 'sim',
        pid: index + 1,
        isolation: null,
      },
      diagnostics: (event) => this.#received(event),
      otel: this.traced === undefined ? DEFAULTS.otel : otelOf(this.traced),
      onConflict: this.claim?.onConflict ?? 'fail',
      maxConcurrentInvocations: plan?.maxConcurrentInvocations ?? Infinity,
      headers: () => (role?.kind === 'guest' ? { token: role.token } : {}),
      reconnection: { ...DEFAULTS.reconnection, initialDelayMs: 10, ...plan?.reconnection },
    }
    const dial = world.network.dialFrom(this.process)
    const random = simRandom(world.scenario.seed * 31 + index)
    this.worker = new Worker(options, { dial, clock: this.process.clock, random })
    if (plan === undefined) return
    for (let number = 0; number < plan.functions; number++)
      this.holdings.register(`w${this.claim?.group ?? index}::f${number}`, plan.ownConcurrency)
    if (role?.kind === 'guardian') this.holdings.guard()
    this.#channels.registerSink(`w${index}::sink`)
  }

  /** Alive, and its shutdown has not begun. */
  get isUsable(): boolean {
    return (
      !this.process.isDead && !this.isEnding && this.token !== 'bad' && this.worker.getConnectionState() !== 'failed'
    )
  }

  perform(action: Action): void {
    switch (action.kind) {
      case 'call':
        this.#call(action)
        return
      case 'void': {
        const op = this.newOp('void', action.functionId, { timeoutMs: 0, behaviour: action.behaviour })
        this.trigger(op, { ...this.#request(op, action), action: { type: 'void' } })
        return
      }
      case 'enqueue':
        this.#enqueue(action)
        return
      case 'register':
        this.holdings.register(action.functionId, undefined)
        return
      case 'unregister':
        this.holdings.unregister(action.functionId)
        return
      case 'bind':
        this.holdings.bind(action)
        return
      case 'unbind':
        this.holdings.unbind(action.nth)
        return
      case 'provide':
        this.holdings.provide(`w${this.index}::${action.type}`)
        return
      case 'withdraw':
        this.holdings.withdraw(`w${this.index}::${action.type}`)
        return
      case 'watch':
        this.holdings.watch(action)
        return
      case 'spy':
        this.spiedOn.push(action.functionId)
        this.holdings.spy(action)
        return
      case 'tell':
        this.#world.telemetry.make(this, action)
        return
      case 'unwatch':
        this.holdings.unwatch(action.nth)
        return
      case 'publish':
        this.#publish(action)
        return
      case 'state':
        this.state(action)
        return
      case 'ready':
        this.ready(action.timeoutMs)
        return
      case 'channel':
        void this.#channels.run(action)
        return
      case 'shutdown':
        this.shutdown(action.drainMs)
        return
    }
  }

  ready(timeoutMs: number, allowRefused = false): Op {
    const op = this.newOp('ready', '', { timeoutMs })
    this.follow(op, this.worker.ready({ timeoutMs, allowRefused }))
    return op
  }

  /** Records its registrations, to compare them with the engine. */
  noteRegistrations(): void {
    const { queuedMessages, queuedBytes, waitingNames } = this.worker.stats()
    // A worker that waits for a name keeps retrying.
    if (queuedMessages + queuedBytes > 0 && waitingNames === 0) {
      this.#world.journal.violate(
        `${this.process.name} is connected and has ${queuedMessages} messages of ${queuedBytes} bytes waiting`,
      )
    }
    this.holdings.note()
  }

  /** Ends the worker; `undefined` for at once. */
  shutdown(drainMs: number | undefined): Op {
    this.isEnding = true
    const { now } = this.#world.schedule
    this.endingSince = Math.min(this.endingSince, now)
    // The limit that comes first counts: a later call waits for the same end.
    this.endsAt = Math.min(this.endsAt, now + (drainMs ?? 0))
    const op = this.newOp('shutdown', drainMs === undefined ? 'at once' : 'drained', {
      timeoutMs: Math.max(0, this.endsAt - now) + CLOSE_MS,
    })
    this.follow(
      op,
      drainMs === undefined ? this.worker.shutdown() : this.worker.shutdownAsync({ drainTimeoutMs: drainMs }),
    )
    return op
  }

  /** Calls a function and expects it to work. */
  probe(functionId: string): Op {
    const op = this.newOp('probe', functionId, { timeoutMs: 40_000, behaviour: { kind: 'value' } })
    this.trigger(op, { function_id: functionId, payload: payloadOf(op, 0), timeoutMs: 40_000 })
    return op
  }

  newOp(
    kind: OpKind,
    functionId: string,
    more: {
      readonly timeoutMs: number
      readonly behaviour?: Behaviour
      readonly queue?: string
      readonly group?: string
    },
  ): Op {
    const { schedule, journal } = this.#world
    const op: Op = {
      op: journal.ops.length,
      kind,
      process: this.process,
      functionId,
      behaviour: more.behaviour,
      startedAt: schedule.now,
      deadlineAt: schedule.now + more.timeoutMs,
      timeoutMs: more.timeoutMs,
      queue: more.queue,
      group: more.group,
      event: undefined,
      state: undefined,
      abortReason: undefined,
      abortedAt: undefined,
      writtenTo: [],
      writtenAt: undefined,
      settledAt: undefined,
      settled: 0,
      outcome: undefined,
    }
    journal.ops.push(op)
    return op
  }

  follow(op: Op, promise: Promise<unknown>): void {
    const { schedule, journal, trace } = this.#world
    trace.add(`${this.process.name} op ${op.op} ${op.kind} ${op.functionId}`)
    journal.follow(op, promise, () => schedule.now)
    promise.then(
      () => trace.add(`${this.process.name} op ${op.op} resolved`),
      (error: unknown) => trace.add(`${this.process.name} op ${op.op} rejected ${textOf(error)}`),
    )
  }

  trigger(op: Op, request: TriggerRequest): void {
    this.follow(op, this.worker.trigger(request))
  }

  #request(op: Op, { functionId, padBytes }: ActionOf<'call' | 'void' | 'enqueue'>): TriggerRequest {
    return { function_id: functionId, payload: payloadOf(op, padBytes) }
  }

  #call(action: ActionOf<'call'>): void {
    const { timeoutMs, functionId, behaviour, abortAfterMs } = action
    const op = this.newOp('call', functionId, { timeoutMs, behaviour })
    let signal: AbortSignal | undefined
    if (abortAfterMs !== undefined) {
      const controller = new AbortController()
      signal = controller.signal
      const { schedule } = this.#world
      schedule.at(schedule.now + abortAfterMs, this.process, 'timer', () => {
        if (op.settledAt !== undefined) return
        op.abortReason = new Error(`op ${op.op} given up`)
        op.abortedAt = schedule.now
        controller.abort(op.abortReason)
      })
    }
    this.trigger(op, { ...this.#request(op, action), timeoutMs, signal })
  }

  #enqueue(action: ActionOf<'enqueue'>): void {
    const { timeoutMs, functionId, behaviour, queue, group } = action
    const op = this.newOp('enqueue', functionId, { timeoutMs, behaviour, queue, group })
    const { payload, ...request } = this.#request(op, action)
    this.trigger(op, {
      ...request,
      payload: { ...(payload as object), group },
      timeoutMs,
      action: { type: 'enqueue', queue },
    })
  }

  #publish({ topic, timeoutMs }: ActionOf<'publish'>): void {
    const op = this.newOp('publish', 'publish', { timeoutMs })
    op.event = { on: topic, text: JSON.stringify({ op: op.op }) }
    this.trigger(op, { function_id: 'publish', payload: { data: { op: op.op }, topic }, timeoutMs })
  }

  /** Reads or changes a key of the engine's state. */
  state({ how, key, timeoutMs }: Omit<ActionOf<'state'>, 'kind' | 'worker'>): Op {
    const op = this.newOp('state', `state::${how}`, { timeoutMs })
    op.state = { how, key }
    const payload = { op: op.op, scope: 'sim', key, ...stateInput(op.op, how) }
    this.trigger(op, { function_id: op.functionId, payload, timeoutMs })
    return op
  }

  #received(event: DiagnosticEvent): void {
    this.diagnostics.push(event)
    this.claims.received(event)
    const detail = 'error' in event ? textOf(event.error) : 'state' in event ? event.state : ''
    this.#world.trace.add(`${this.process.name} reports ${event.kind} ${detail}`)
  }
}

/** Metrics are left out: their reader goes by the time of this machine. */
function otelOf({ capacity, flushMs }: Traced): WorkerOptions['otel'] {
  return {
    enabled: true,
    metricsEnabled: false,
    fetchInstrumentationEnabled: false,
    channelCapacity: capacity,
    spansFlushIntervalMs: flushMs,
  }
}

/** Time limit of a closing handshake. */
const CLOSE_MS = 1_000

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code = '', outcome = '' } = error as { code?: string; outcome?: string }
  return `${code} ${outcome} ${error.message}`
}
