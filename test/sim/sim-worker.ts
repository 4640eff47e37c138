/**
 * A real worker in a simulated process: serves functions that do what a call's payload says, and carries out the
 * actions of a scenario. Everything is noted in the journal.
 */
import type { ChannelReader } from '../../src/channel/reader.js'
import type { DiagnosticEvent } from '../../src/worker/diagnostics.js'
import type { InvocationContext } from '../../src/worker/invocation-context.js'
import { resolveOptions, type WorkerOptions } from '../../src/worker/options.js'
import { Worker } from '../../src/worker/worker.js'
import type { OwnedFunctionRef } from '../../src/worker/functions.js'
import type { OwnedTrigger } from '../../src/worker/triggers.js'
import type { TriggerRequest } from '../../src/worker/call.js'
import { simRandom } from './sim-random.js'
import { payloadOf, type Op, type OpKind } from './journal.js'
import type { Action, Behaviour, WorkerPlan } from './scenario.js'
import { Handlers, type Payload } from './handlers.js'
import { readItems, writeItems } from './channel-work.js'
import type { SimProcess } from './schedule.js'
import type { World } from './world.js'

/** Found out once: looking at the machine for each worker would take most of the time. */
const DEFAULTS = resolveOptions('ws://engine.test', { otel: { enabled: false } })
type ActionOf<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>

export class SimWorker {
  readonly index: number
  readonly process: SimProcess
  readonly worker: Worker
  readonly functions = new Map<string, OwnedFunctionRef>()
  readonly triggers: { readonly ref: OwnedTrigger; readonly type: string }[] = []
  /** Types provided now, and what each has bound. */
  readonly types = new Map<string, Map<string, string>>()
  /** Types that were provided once and withdrawn: who still has them is the engine's business. */
  readonly withdrawn = new Set<string>()
  readonly diagnostics: DiagnosticEvent[] = []
  isEnding = false
  #endsAt: number | undefined
  /** What it had when the engine was looked at. */
  functionsAtObservation: readonly string[] = []
  triggersAtObservation: readonly { readonly id: string; readonly type: string }[] = []
  boundAtObservation: ReadonlyMap<string, readonly string[]> = new Map()
  readonly #world: World
  readonly #handlers: Handlers

  constructor(world: World, index: number, plan: WorkerPlan | undefined) {
    this.#world = world
    this.#handlers = new Handlers(world, this)
    this.index = index
    const name = plan === undefined ? 'observer' : `w${index}`
    this.process = world.schedule.process(name)
    const options: WorkerOptions = {
      ...DEFAULTS,
      metadata: { name, runtime: 'node', version: '0', os: 'sim', pid: index + 1, isolation: null },
      diagnostics: (event) => this.#heard(event),
      maxConcurrentInvocations: plan?.maxConcurrentInvocations ?? Infinity,
      reconnection: { ...DEFAULTS.reconnection, initialDelayMs: 10, ...plan?.reconnection },
    }
    const dial = world.network.dialFrom(this.process)
    const random = simRandom(world.scenario.seed * 31 + index)
    this.worker = new Worker(options, { dial, clock: this.process.clock, random })
    if (plan === undefined) return
    for (let number = 0; number < plan.functions; number++) this.#register(`w${index}::f${number}`, plan.ownConcurrency)
    this.functions.set(`w${index}::sink`, this.#registerSink(`w${index}::sink`))
  }

  /** Alive and not told to end. */
  get isUsable(): boolean {
    return !this.process.isDead && !this.isEnding && this.worker.getConnectionState() !== 'failed'
  }

  perform(action: Action): void {
    switch (action.kind) {
      case 'call':
        this.#call(action)
        return
      case 'void': {
        const op = this.newOp('void', action.functionId, { timeoutMs: 0, behaviour: action.behaviour })
        this.#trigger(op, { ...this.#request(op, action), action: { type: 'void' } })
        return
      }
      case 'enqueue':
        this.#enqueue(action)
        return
      case 'register':
        if (!this.functions.has(action.functionId)) this.#register(action.functionId, undefined)
        return
      case 'unregister':
        this.functions.get(action.functionId)?.unregister()
        this.functions.delete(action.functionId)
        return
      case 'bind':
        this.#bind(action)
        return
      case 'unbind':
        this.triggers.splice(action.nth, 1)[0]?.ref.unregister()
        return
      case 'provide':
        this.#provide(`w${this.index}::${action.type}`)
        return
      case 'withdraw':
        this.#withdraw(`w${this.index}::${action.type}`)
        return
      case 'ready':
        this.ready(action.timeoutMs)
        return
      case 'channel':
        void this.#channel(action)
        return
      case 'shutdown':
        this.shutdown(action.drainMs)
        return
    }
  }

  ready(timeoutMs: number): Op {
    const op = this.newOp('ready', '', { timeoutMs })
    this.follow(op, this.worker.ready({ timeoutMs }))
    return op
  }

  /** Notes what it has, for comparing it with what the engine says now. */
  noteRegistrations(): void {
    const { queuedMessages, queuedBytes } = this.worker.stats()
    if (queuedMessages + queuedBytes > 0) {
      this.#world.journal.violate(
        `${this.process.name} is connected and has ${queuedMessages} messages of ${queuedBytes} bytes waiting`,
      )
    }
    this.functionsAtObservation = [...this.functions.keys()]
    this.triggersAtObservation = this.triggers.map(({ ref, type }) => ({ id: ref.id, type }))
    this.boundAtObservation = new Map([...this.types].map(([type, bound]) => [type, [...bound.keys()]]))
  }

  /** Ends the worker; `undefined` for at once. */
  shutdown(drainMs: number | undefined): Op {
    this.isEnding = true
    const { now } = this.#world.schedule
    // The first limit counts: whoever asks later waits for the same end.
    this.#endsAt ??= drainMs === undefined ? undefined : now + drainMs
    const endsAt = drainMs === undefined ? now : (this.#endsAt ?? now)
    const op = this.newOp('shutdown', drainMs === undefined ? 'at once' : 'drained', {
      timeoutMs: Math.max(0, endsAt - now) + GOODBYE_MS,
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
    this.#trigger(op, { function_id: functionId, payload: payloadOf(op, 0), timeoutMs: 40_000 })
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

  #trigger(op: Op, request: TriggerRequest): void {
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
    this.#trigger(op, { ...this.#request(op, action), timeoutMs, signal })
  }

  #enqueue(action: ActionOf<'enqueue'>): void {
    const { timeoutMs, functionId, behaviour, queue, group } = action
    const op = this.newOp('enqueue', functionId, { timeoutMs, behaviour, queue, group })
    const { payload, ...request } = this.#request(op, action)
    this.#trigger(op, {
      ...request,
      payload: { ...(payload as object), group },
      timeoutMs,
      action: { type: 'enqueue', queue },
    })
  }

  #register(functionId: string, ownConcurrency: number | undefined): void {
    const handler = (payload: unknown, _metadata: unknown, context: unknown): unknown =>
      this.#handlers.handle(functionId, payload as Payload, context as InvocationContext)
    const limit = ownConcurrency === undefined ? {} : { maxConcurrentInvocations: ownConcurrency }
    this.functions.set(functionId, this.worker.registerFunction(functionId, handler, limit))
  }

  #bind({ type, functionId }: ActionOf<'bind'>): void {
    const provider = functionId.startsWith('w') ? functionId.slice(0, 2) : 'w0'
    const fullType = `${provider}::${type}`
    const ref = this.worker.registerTrigger({ type: fullType, function_id: functionId, config: { type } })
    this.triggers.push({ ref, type: fullType })
  }

  #provide(type: string): void {
    if (this.types.has(type)) return
    const bound = new Map<string, string>()
    this.types.set(type, bound)
    this.worker.registerTriggerType(
      { id: type, description: type },
      {
        registerTrigger: async ({ id, function_id }) => {
          if (bound.has(id)) this.#world.journal.violate(`${this.process.name}: binding ${id} was taken on twice`)
          bound.set(id, function_id)
        },
        unregisterTrigger: async ({ id }) => {
          if (!bound.delete(id))
            this.#world.journal.violate(`${this.process.name}: binding ${id} ended but was not bound`)
        },
      },
    )
  }

  #withdraw(type: string): void {
    if (!this.types.delete(type)) return
    this.withdrawn.add(type)
    this.worker.unregisterTriggerType(type)
  }

  async #channel(action: ActionOf<'channel'>): Promise<void> {
    const { reader, timeoutMs, bufferSize, readDelayMs } = action
    const creating = this.worker.channels.create(bufferSize)
    const created = this.newOp('list', 'engine::channels::create', { timeoutMs: 30_000 })
    this.follow(created, creating)
    const channel = await creating.catch(() => undefined)
    if (channel === undefined || this.process.isDead) return
    const op = this.newOp('call', `w${reader}::sink`, { timeoutMs })
    const record = writeItems({
      op: op.op,
      items: action.items,
      channel,
      process: this.process,
      trace: (text) => this.#world.trace.add(text),
    })
    this.#world.journal.channels.push(record)
    const payload = { op: op.op, reader: channel.readerRef, readDelayMs }
    this.#trigger(op, { function_id: op.functionId, payload, timeoutMs })
  }

  #registerSink(functionId: string): OwnedFunctionRef {
    return this.worker.registerFunction(functionId, async (payload: unknown, _metadata: unknown, context: unknown) => {
      const { op, reader, readDelayMs } = payload as { op: number; reader: ChannelReader; readDelayMs: number }
      const run = this.#handlers.begin(functionId, { op, behaviour: { kind: 'value' } }, context as InvocationContext)
      const record = this.#world.journal.channels.find((channel) => channel.op === op)
      if (record === undefined) throw this.#handlers.threw(run)
      record.reader = this.process
      const { schedule } = this.#world
      schedule.at(schedule.now + READER_PATIENCE_MS, this.process, 'timer', () => {
        if (record.readEnd !== undefined) return
        record.hasGivenUp = true
        void reader.close()
      })
      try {
        await readItems(reader, record, () => (readDelayMs === 0 ? undefined : this.#handlers.wait(readDelayMs)))
      } catch {
        throw this.#handlers.threw(run)
      }
      return this.#handlers.returned(run)
    })
  }

  #heard(event: DiagnosticEvent): void {
    this.diagnostics.push(event)
    const detail = 'error' in event ? textOf(event.error) : 'state' in event ? event.state : ''
    this.#world.trace.add(`${this.process.name} reports ${event.kind} ${detail}`)
  }
}

/** A reader whose writer never comes would wait until its channel expires. */
const READER_PATIENCE_MS = 20_000

/** How long a goodbye may take. */
const GOODBYE_MS = 1_000

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code = '', outcome = '' } = error as { code?: string; outcome?: string }
  return `${code} ${outcome} ${error.message}`
}
