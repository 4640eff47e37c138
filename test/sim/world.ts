/**
 * One simulated world: the engine, the workers, the network between them, and the scenario that runs in it. A world is
 * made for one run and controls all of its phases: work and faults, healing, an observation of the engine, a call to
 * every function, the shutdown of all workers.
 */
import { engineConfigOf } from '../../src/engine/config/config.js'
import { startEngine, type LocalEngine } from '../../src/engine/engine.js'
import { defaultLimits } from '../../src/engine/limits.js'
import type { EngineStats } from '../../src/engine/engine-stats.js'
import type { UpgradeRequest } from '../../src/wire/transport/ws-accept.js'
import type { Worker } from '../../src/sdk/worker/worker.js'
import type { FunctionInfo, TriggerInfo } from '../../src/sdk/worker/discovery/discovery.js'
import { simRandom } from './sim-random.js'
import { findFreeNames } from './audit-claims.js'
import { hasNoOpenJobs } from './audit-queues.js'
import { doFault } from './faults.js'
import { LISTENERS } from './guests.js'
import { Journal, type Op } from './journal.js'
import type { SimEnd, SimLink } from './link.js'
import { Network } from './network.js'
import { isFault, type Scenario, type Step } from './scenario.js'
import { Schedule, settle, type SimProcess } from './schedule.js'
import { SimWorker } from './sim-worker.js'
import { TelemetryNotes } from './telemetry-work.js'
import { Trace } from './trace.js'

/** An engine and the process it runs in. */
export interface RunningEngine {
  readonly engine: LocalEngine
  readonly process: SimProcess
  /** Statistics of the engine before the first worker connects, and after the last has left. */
  readonly idle: EngineStats
  statsAtEnd: EngineStats | undefined
  closed: boolean
}

/** What the engine lists to an observer once the simulation is quiet. */
export interface Observation {
  readonly functions: FunctionInfo[]
  readonly triggers: TriggerInfo[]
  readonly deadLetters: string[]
  /** The engine's own numbers of that moment. */
  readonly stats: EngineStats
}

/** Longest time from the last fault until all workers are connected: a handshake, a backoff, a dead link detected. */
const RECOVERY_MS = 75_000
/** How often jobs that have not ended are looked at again. */
const MAX_ROUNDS = 10
/** Longest time an unclaimed channel lives. */
const CHANNEL_LIFE_MS = 7 * 60_000

export class World {
  readonly scenario: Scenario
  readonly schedule: Schedule
  readonly journal = new Journal()
  readonly telemetry = new TelemetryNotes()
  readonly trace: Trace
  readonly network: Network
  readonly workers: SimWorker[] = []
  readonly allEngines: RunningEngine[] = []
  observer: SimWorker | undefined
  isObserving = false
  /** When the shutdown of all workers began. */
  endedAt = Infinity
  observation: Observation | undefined
  /** Workers that were expected to be fine when the engine was looked at. */
  usableAtObservation: readonly SimWorker[] = []
  readonly probes: Op[] = []
  #upgrading: UpgradeRequest | undefined

  constructor(scenario: Scenario, keepsTrace: boolean) {
    this.scenario = scenario
    const random = simRandom(scenario.seed ^ 0x2545f491)
    this.schedule = new Schedule(random)
    this.trace = new Trace(() => this.schedule.now, keepsTrace)
    const { latencyMs, jitterMs, bytesPerByte } = scenario
    this.network = new Network({
      schedule: this.schedule,
      random,
      trace: this.trace,
      bytesPerByte: () => (this.isObserving ? 1 : bytesPerByte),
      latencyMs: () => latencyMs + (jitterMs === 0 ? 0 : random.next() * jitterMs),
      onSent: (end, frame) => this.#sent(end, frame),
      onRead: (end, frame) => this.#read(end, frame),
      onClosed: (end, { code }) => this.trace.add(`${end.link.name} ${end.side} closed ${code}`),
      afterClosed: (end) => this.#afterClosed(end),
    })
  }

  /** Engines started so far. */
  get engines(): number {
    return this.allEngines.length
  }

  /** The engine that runs now. */
  get running(): RunningEngine | undefined {
    const last = this.allEngines.at(-1)
    return last?.closed === false && !last.process.isDead ? last : undefined
  }

  /** The latest link of a process to the engine that is not a channel's. */
  linkOf(process: SimProcess): SimLink | undefined {
    return this.network.links.findLast(({ client, path }) => client.process === process && path === '/')
  }

  async run(): Promise<void> {
    await this.startEngine()
    for (const [index, plan] of this.scenario.workers.entries()) this.workers.push(new SimWorker(this, index, plan))
    for (const step of this.scenario.steps) this.#plan(step)
    const lastAt = this.scenario.steps.at(-1)?.at ?? 0
    const faultMs = this.scenario.steps.map(({ what }) =>
      'forMs' in what ? what.forMs : 'downMs' in what ? what.downMs : 0,
    )
    await this.schedule.runUntil(lastAt + Math.max(0, ...faultMs) + 1_000)
    this.trace.add('heal')
    this.network.heal()
    await this.schedule.runUntil(this.schedule.now + RECOVERY_MS)
    await this.schedule.runUntil(this.#lastDeadline() + 1_500)
    await this.#observe()
    await this.#end()
  }

  /** Removes what a worker of a dead process left in this process. Call it after the audit. */
  async release(): Promise<void> {
    for (const { process, traced, worker } of this.workers) if (process.isDead && traced) void worker.shutdown()
    await settle()
  }

  /** Starts an engine; dials reach it from then on. */
  async startEngine(): Promise<void> {
    const process = this.schedule.process(`engine${this.allEngines.length}`)
    const engine = await startEngine(engineConfigOf(ENGINE_SETTINGS), {
      clock: process.clock,
      random: simRandom(this.scenario.seed * 17 + this.allEngines.length),
      opensPorts: false,
      // Half of what it is, so that it is reached.
      limits: { ...defaultLimits, maxPeerBytes: defaultLimits.maxPeerBytes / 2 },
      onEvent: (event) => {
        if (event.kind === 'log' && event.level === 'error') this.#logged(event.fields, event.message)
      },
      onUpgrade: (request, enter) => {
        const upgrading = this.#upgrading!
        enter({
          ...request,
          accept: (createEvents, headers) => upgrading.accept(createEvents, headers),
          refuse: (status, text) => upgrading.refuse(status, text),
        })
      },
    })
    this.allEngines.push({ engine, process, idle: engine.stats(), statsAtEnd: undefined, closed: false })
    this.network.engine = { process, upgrade: (request) => this.#upgrade(engine, request) }
    this.trace.add(`${process.name} starts`)
  }

  #logged(fields: object, message: string): void {
    // The one error that a peer can cause.
    if (!message.startsWith('A worker does not read')) this.journal.violate(`${message}: ${JSON.stringify(fields)}`)
  }

  /** Dials the in-memory listener for the admission; the connection itself is the simulated one. */
  #upgrade(engine: LocalEngine, request: UpgradeRequest): void {
    const ignore = (): void => undefined
    const none = { open: ignore, text: ignore, binary: ignore, activity: ignore, drained: ignore }
    const { path, query, headers } = request
    const listener = headers['token'] === undefined ? 0 : 1
    // The listener answers in a microtask of this event, so no other upgrade request comes in between.
    queueMicrotask(() => (this.#upgrading = request))
    engine.dial(listener)(
      `ws://engine.test${path}${query === '' ? '' : `?${query}`}`,
      { headers: () => headers },
      {
        ...none,
        close: ({ status }) => request.refuse(status ?? 503, ''),
      },
    )
  }

  #plan({ at, what }: Step): void {
    const process = isFault(what) ? undefined : this.workers[what.worker]?.process
    this.schedule.at(at, process, 'io', () => {
      this.trace.add(`step ${JSON.stringify(what)}`)
      if (isFault(what)) doFault(this, what)
      else this.workers[what.worker]?.perform(what)
    })
  }

  #sent(end: SimEnd, frame: string | Uint8Array): void {
    if (end.side !== 'client' || end.link.path !== '/') return
    this.telemetry.note(end.process, 'sent', frame)
    if (typeof frame !== 'string') return
    this.journal.written(end, frame, this.schedule.now)
    this.workers.find(({ process }) => process === end.process)?.claims.sent(frame)
  }

  #read({ link }: SimEnd, frame: string | Uint8Array): void {
    const { now: at, events: turn } = this.schedule
    if (link.path === '/') this.telemetry.note(link.client.process, 'read', frame)
    // Guests may do none of the actions recorded here.
    if (this.workers.some(({ process, token }) => token !== undefined && process === link.client.process)) return
    if (typeof frame === 'string' && link.path === '/') this.journal.read(frame, { link, at, turn })
  }

  /** A lost connection ends its calls at once: none may be pending when promises have settled. */
  #afterClosed(end: SimEnd): void {
    if (end.side !== 'client' || end.link.path !== '/') return
    const { link, process } = end
    this.schedule.at(this.schedule.now, undefined, 'io', () => {
      for (const { op, settledAt, writtenTo, kind } of this.journal.ops) {
        if (settledAt === undefined && kind !== 'void' && writtenTo.includes(link)) {
          this.journal.violate(`op ${op} was written to ${link.name}, which is lost, and still waits`)
        }
      }
      for (const run of this.journal.runs) {
        const isLeftOver = run.link === link && run.process === process && run.endedAt === undefined
        if (isLeftOver && run.signal?.aborted === false) {
          this.journal.violate(`run ${run.run} came by ${link.name}, which is lost, and its signal has not fired`)
        }
      }
    })
  }

  #lastDeadline(): number {
    return Math.max(0, ...this.journal.ops.map(({ deadlineAt }) => deadlineAt))
  }

  /** Reads the state of the engine through an undisturbed client, and calls every registered function. */
  async #observe(): Promise<void> {
    if (this.running === undefined) throw new Error('no engine runs after everything was healed')
    this.isObserving = true
    const observer = (this.observer = new SimWorker(this, this.workers.length, undefined))
    const usable = this.workers.filter(({ isUsable }) => isUsable)
    // Before anybody makes itself received again, which may be what a waiting worker needed.
    this.journal.violations.push(...findFreeNames(usable))
    const ready = usable.filter(({ worker }) => worker.stats().waitingNames === 0)
    this.probes.push(...[observer, ...ready].map((worker) => worker.ready(20_000, true)))
    await this.#untilSettled(25_000)
    for (const worker of usable) worker.noteRegistrations()
    this.usableAtObservation = usable
    await this.#ask(observer.worker)
    this.probes.push(...this.#keys().map((key) => observer.state({ how: 'get', key, timeoutMs: 20_000 })))
    for (const { holdings } of usable) {
      for (const functionId of holdings.noted.held) {
        if (/::f\d+$/.test(functionId)) this.probes.push(observer.probe(functionId))
      }
    }
    await this.#untilSettled(60_000)
  }

  /** Asks until every job has come to its end, as far as that can be waited for. */
  async #ask(worker: Worker): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      this.observation = undefined
      this.#askOnce(worker)
      await this.schedule.runUntil(this.schedule.now + 20_000, () => this.observation !== undefined)
      if (hasNoOpenJobs(this)) return
      await this.schedule.runUntil(this.schedule.now + 30_000)
    }
  }

  #askOnce(worker: Worker): void {
    const asked = Promise.all([
      worker.listFunctions({ schemas: false }),
      worker.listTriggers(),
      ...['default', 'ordered'].map((queue) =>
        worker.trigger({ function_id: 'engine::queue::dlq_messages', payload: { queue, limit: 1_000 } }),
      ),
    ])
    asked.then(
      ([functions, triggers, ...letters]) => {
        const deadLetters = letters.flat().map(({ payload }: { payload: { op: number } }) => String(payload.op))
        this.observation = { functions, triggers, deadLetters, stats: this.running!.engine.stats() }
      },
      (error: unknown) => this.journal.violate(`the observer got no answer: ${String(error)}`),
    )
  }

  /** Keys of the state that were used. */
  #keys(): string[] {
    return [...new Set(this.journal.ops.flatMap(({ state }) => state?.key ?? []))]
  }

  /** Ends all workers; anything left after that is a leak. */
  async #end(): Promise<void> {
    this.endedAt = this.schedule.now
    for (const worker of [...this.workers, this.observer!]) {
      if (!worker.process.isDead) worker.shutdown(undefined)
    }
    await this.#untilSettled(5_000)
    // Aborted handlers stop now, or ignore the signal and finish later.
    await this.schedule.runUntil(this.schedule.now + CHANNEL_LIFE_MS)
    const { running } = this
    if (running !== undefined) running.statsAtEnd = running.engine.stats()
    await this.#closeEngine()
  }

  async #untilSettled(limitMs: number): Promise<void> {
    const isEnough = (): boolean =>
      this.journal.ops.every(({ settledAt, process }) => settledAt !== undefined || process.isDead)
    await this.schedule.runUntil(this.schedule.now + limitMs, isEnough)
  }

  async #closeEngine(): Promise<void> {
    const running = this.running
    if (running === undefined) return
    this.network.engine = undefined
    void running.engine.close().then(() => (running.closed = true))
    await this.schedule.runUntil(this.schedule.now + 10_000, () => running.closed)
    await settle()
  }
}

/** One queue of each kind, beside the default built-ins. */
const ENGINE_SETTINGS = {
  workers: [
    ...LISTENERS,
    {
      name: 'iii-queue',
      config: { queue_configs: { ordered: { type: 'fifo', message_group_field: 'group', concurrency: 3 } } },
    },
    { name: 'iii-pubsub' },
    { name: 'iii-state' },
  ],
}
