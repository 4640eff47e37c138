/** Runs a scenario of workflows: workers on an engine, requests, faults; then a calm time in which every run must end. */
import type { RequestParts } from '../../src/workflow/records/requests.js'
import { cancelRun, pauseRun, resumeRun, startRun } from '../../src/workflow/records/requests.js'
import { Host } from '../../src/workflow/host.js'
import { DEFAULT_LIMITS } from '../../src/workflow/options.js'
import { readRun, RECORD_KEY, scopeOf, type RunName } from '../../src/workflow/records/record.js'
import { schedulesOn } from '../../src/workflow/records/schedule.js'
import type { PlainWorkflow } from '../../src/workflow/flow.js'
import { settledStore } from '../../src/workflow/records/settled-store.js'
import { sendSignal } from '../../src/workflow/run/signals.js'
import { pacedStore, patientStore } from '../../src/workflow/records/store.js'
import type { SeededRandom } from '../kit/seeded-random.js'
import { Schedule } from './schedule.js'
import { simRandom } from './sim-random.js'
import { findStuck } from './workflow-audit.js'
import { workflowsOf } from './workflow-flow.js'
import { STORM_MS } from './workflow-generate.js'
import { Recorder } from './workflow-recorder.js'
import type { Action, Disaster, Op, Program, WorkflowScenario } from './workflow-scenario.js'
import { Engine, Machine } from './workflow-stage.js'

/** A machine with what runs on it. */
interface Station {
  readonly machine: Machine
  readonly hosts: ReadonlyMap<string, Host>
  readonly parts: RequestParts
}

/** A request, and whether its sender has learned that it counts. */
export interface Request {
  readonly action: Action
  readonly sentAt: number
  answer: 'none' | 'accepted' | 'refused'
  answeredAt: number
}

/** After the storm, machines that were cut off or frozen are back. */
const REST_MS = 80_000
/** Every run has ended then, or is lost: a clock may have been 15 minutes ahead. */
const CALM_MS = 40 * 60_000

export class WorkflowWorld {
  readonly scenario: WorkflowScenario
  readonly schedule: Schedule
  readonly engine: Engine
  readonly recorder: Recorder
  readonly requests: Request[] = []
  readonly #random: SeededRandom
  readonly #stations: Station[] = []
  readonly #skewMs: number[]
  #starts = 0
  #seen = { changes: -1, isOver: true }
  #lastRequests: readonly Request[] = []

  constructor(scenario: WorkflowScenario, trace: boolean) {
    this.scenario = scenario
    const random = simRandom(scenario.seed)
    this.#random = random
    this.schedule = new Schedule(random)
    const { latencyMs, saveMs, skewMs } = scenario
    this.#skewMs = [...skewMs]
    this.engine = new Engine({ schedule: this.schedule, random, latencyMs, saveMs })
    this.recorder = new Recorder(this.engine, { saveMs, trace })
    for (let index = 0; index < scenario.workers; index++) this.#start(index)
    this.#stations.push(this.#station(scenario.workers, []))
  }

  async run(): Promise<void> {
    for (const { at, what } of this.scenario.steps) this.schedule.at(at, undefined, 'io', () => this.#act(what))
    await this.schedule.runUntil(STORM_MS)
    this.engine.calm()
    // All that was cut off or frozen is back then.
    await this.schedule.runUntil(STORM_MS + REST_MS, () => this.isOver)
    this.recorder.note('world', () => 'is calm')
    findStuck(this)
    this.#restore()
    await this.schedule.runUntil(this.schedule.now + CALM_MS, () => this.isOver)
    // Whatever is late may still come.
    await this.schedule.runUntil(this.schedule.now + 5_000)
  }

  /** Whether all requests are answered, and all runs have ended that were started. */
  get isOver(): boolean {
    const { changes } = this.recorder
    if (this.#seen.changes !== changes) this.#seen = { changes, isOver: this.unfinished().length === 0 }
    return this.#seen.isOver && this.#lastRequests.every(({ answer }) => answer !== 'none')
  }

  /** Starts without an outcome. */
  unfinished(): string[] {
    const { inputs } = this.recorder
    return [...inputs].flatMap(([token, { name }]) => {
      const run = readRun(this.engine.value(scopeOf(name), RECORD_KEY))
      // An engine that forgets may have another start instead.
      return run?.start.token === token && run.outcome === undefined ? [token] : []
    })
  }

  /** Ends all that is left. */
  release(): void {
    for (const { machine } of this.#stations) machine.kill()
  }

  #start(index: number): void {
    this.#stations[index] = this.#station(index, ['main', 'child'])
  }

  #station(index: number, served: readonly ('main' | 'child')[]): Station {
    const { scenario, engine, recorder } = this
    const machine = new Machine(engine, `m${index}.${++this.#starts}`)
    machine.process.epochOffsetMs = this.#skewMs[index] ?? 0
    const { clock } = machine.process
    const random = simRandom((scenario.seed ^ (this.#starts * 0x9e3779b9)) >>> 0)
    const repeat = { clock, random, isOver: () => false }
    const wake = (name: RunName): void => this.#announce(machine, name)
    const workflows = workflowsOf(machine, recorder)
    const slots = { max: scenario.slots * 2, used: 0, waiting: new Set<() => void>() }
    const hosts = new Map<string, Host>()
    for (const id of served) {
      const patient = patientStore(
        pacedStore(machine.store, () => scenario.requestsInFlight),
        repeat,
      )
      const store = scenario.settleMs === 0 ? patient : settledStore(patient, clock, scenario.settleMs)
      const settings = { ...DEFAULT_LIMITS, concurrency: scenario.slots, sweepIntervalMs: scenario.sweepMs }
      const host = new Host({
        ...{ store, clock, random, workerName: machine.name, leaseMs: scenario.leaseMs, settings, slots, wake },
        workflow: workflows[id] as unknown as PlainWorkflow,
        scheduleOf: schedulesOn(store),
        call: () => Promise.reject(new Error('no calls')),
      })
      hosts.set(id, host)
    }
    const connected = (): void => {
      for (const host of hosts.values()) host.connected().catch(() => undefined)
    }
    machine.onConnected = connected
    this.schedule.at(this.schedule.now, machine.process, 'io', connected)
    const store = patientStore(machine.store, { ...repeat, limitMs: 30_000 })
    return { machine, hosts, parts: { store, clock, random, scheduleOf: schedulesOn(store), wake } }
  }

  #announce(from: Machine, { workflow, run }: RunName): void {
    const own = this.#stations.find(({ machine }) => machine === from)?.hosts.get(workflow)
    own?.wake(run)
    if (own?.hasRoom === true) return
    const { lostWakes, latencyMs } = this.scenario
    for (const station of this.#stations) {
      const copies = this.#random.next() < lostWakes ? this.#random.pick([0, 0, 2]) : 1
      for (let copy = 0; copy < copies; copy++) this.#wakeLater(station, { workflow, run }, latencyMs)
    }
  }

  #wakeLater({ machine, hosts }: Station, { workflow, run }: RunName, latencyMs: number): void {
    this.schedule.at(this.schedule.now + 1 + this.#random.below(2 * latencyMs), machine.process, 'io', () =>
      hosts.get(workflow)?.wake(run),
    )
  }

  #act(action: Action): void {
    this.recorder.note('world', () => JSON.stringify(action))
    if (action.do !== 'disaster') {
      this.#request(action)
      return
    }
    const { disaster, write, machine } = action
    if (write === undefined) this.#strike(this.#stations[machine]!.machine, disaster)
    else this.engine.strikeAt(write.nth, { phase: write.phase, strike: (sender) => this.#strike(sender, disaster) })
  }

  #strike(machine: Machine, disaster: Disaster): void {
    const index = this.#stations.findIndex((station) => station.machine === machine)
    if (index < 0 || machine.isDead) return
    this.recorder.note(machine.name, () => `is struck: ${JSON.stringify(disaster)}`)
    switch (disaster.kind) {
      case 'kill':
        if (index < this.scenario.workers) this.#kill(index)
        break
      case 'close':
        this.#close(index)
        break
      case 'freeze':
        machine.freeze(disaster.ms)
        break
      case 'cut':
        machine.cut(disaster.ms)
        break
      case 'engine':
        this.#crash(disaster.ms)
        break
      case 'jump':
        machine.process.epochOffsetMs += disaster.ms
        this.#skewMs[index] = machine.process.epochOffsetMs
    }
  }

  #kill(index: number): void {
    const { machine } = this.#stations[index]!
    machine.kill()
    const after = this.schedule.now + 100 + this.#random.below(5_000)
    this.schedule.at(after, undefined, 'io', () => {
      if (this.#stations[index]!.machine === machine) this.#start(index)
    })
  }

  #close(index: number): void {
    const { machine, hosts } = this.#stations[index]!
    // As a shutdown does, with a limit.
    const end = (): void => {
      if (!machine.isDead) this.#kill(index)
    }
    machine.process.clock.after(10_000, end)
    void Promise.all([...hosts.values()].map((host) => host.close())).then(end)
  }

  #crash(downMs: number): void {
    this.engine.crash(downMs)
    for (const { machine } of this.#stations) machine.cut(downMs + this.#random.below(3_000))
  }

  #request(action: Exclude<Action, { do: 'disaster' }>): void {
    const { machine, parts } = this.#stations[action.from]!
    if (machine.isDead || machine.isFrozen) return
    const name = { workflow: 'main', run: `r${action.run}` }
    if (action.do === 'wake') {
      for (const station of this.#stations) this.#wakeLater(station, name, this.scenario.latencyMs)
      return
    }
    const request: Request = { action, sentAt: this.schedule.now, answer: 'none', answeredAt: Infinity }
    this.requests.push(request)
    const answered = (answer: Request['answer']) => (): void => {
      request.answer = answer
      request.answeredAt = this.schedule.now
      this.recorder.note(machine.name, () => `${JSON.stringify(action)}: ${answer}`)
    }
    this.#send(parts, name, action).then(answered('accepted'), answered('refused'))
  }

  #send(parts: RequestParts, name: RunName, action: Exclude<Action, { do: 'disaster' | 'wake' }>): Promise<unknown> {
    switch (action.do) {
      case 'start': {
        const token = `t${action.run}.${this.requests.length}`
        const input = { token, generation: 0, program: this.scenario.runs[action.run]! }
        return startRun(parts, { ...name, token, input, version: 1, at: parts.clock.epochMs() })
      }
      case 'cancel':
        return cancelRun(parts, name)
      case 'pause':
        return pauseRun(parts, name)
      case 'resume':
        return resumeRun(parts, name)
      case 'signal':
        return sendSignal(parts, name, {
          signal: { name: action.signal },
          data: `s${this.requests.length}`,
          key: action.key,
        })
      case 'wake':
        return Promise.resolve()
    }
  }

  /** Starts what was killed, and starts and resumes all runs. */
  #restore(): void {
    for (let index = 0; index < this.scenario.workers; index++) {
      if (this.#stations[index]!.machine.isDead) this.#start(index)
    }
    const before = this.requests.length
    for (const run of this.scenario.runs.keys()) this.#request({ do: 'start', run, from: this.scenario.workers })
    this.#lastRequests = this.requests.slice(before)
    this.#help()
  }

  /** Sends each run all the signals that it could wait for, again and again. */
  #help(): void {
    const { parts } = this.#stations[this.scenario.workers]!
    this.schedule.at(this.schedule.now + 20_000, undefined, 'io', () => {
      for (const token of this.unfinished()) {
        const { name, input } = this.recorder.inputs.get(token)!
        resumeRun(parts, name).catch(() => undefined)
        for (const { signal, key } of waitsOf(input.program)) {
          sendSignal(parts, name, { signal: { name: signal }, data: 'help', key }).catch(() => undefined)
        }
      }
      if (!this.isOver) this.#help()
    })
  }
}

/** All that a program could wait for, those of later generations included. */
function waitsOf(program: Program): Extract<Op, { do: 'wait' }>[] {
  return program.flatMap((op) => {
    if (op.do === 'wait') return [op]
    if (op.do === 'all') return op.branches.flatMap(waitsOf)
    return op.do === 'again' ? waitsOf(op.program) : []
  })
}
