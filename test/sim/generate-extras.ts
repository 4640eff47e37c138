/**
 * Work that only some scenarios have, of one kind or of several: publications, state, guests of a guarded listener.
 * Drawn from chance of its own, so that the rest of a scenario stays what it is.
 */
import { seededRandom, type SeededRandom } from '../kit/seeded-random.js'
import { someFault } from './generate-faults.js'
import type { Token } from './guests.js'
import type { Action, Behaviour, Fault, Role, Step, StateHow, WorkerPlan } from './scenario.js'

const HOWS: readonly StateHow[] = ['set', 'set', 'update', 'update', 'get', 'delete']
const TOKENS: readonly Token[] = ['calls', 'serves', 'serves', 'bad']

/** What a scenario has beside that of every scenario. */
export interface Extra {
  readonly workers: readonly WorkerPlan[]
  readonly steps: readonly Step[]
}

export function extrasOf(seed: number, plans: readonly WorkerPlan[], bursts: readonly number[]): Extra {
  const random = seededRandom(Math.imul(seed, 0x85ebca6b) ^ 0x27d4eb2f)
  const extras = new Extras(random, plans.length, bursts)
  if (random.next() < 0.15) extras.publications()
  if (random.next() < 0.15) extras.state()
  if (random.next() < 0.12) extras.guests()
  if (random.next() < 0.15) extras.claims()
  if (random.next() < 0.1) extras.telemetry()
  if (random.next() < 0.1) extras.backlog()
  return extras
}

class Extras implements Extra {
  readonly workers: WorkerPlan[] = []
  readonly steps: Step[] = []
  readonly #random: SeededRandom
  readonly #count: number
  readonly #bursts: readonly number[]

  /** @param count of the workers that are there anyway. */
  constructor(random: SeededRandom, count: number, bursts: readonly number[]) {
    this.#random = random
    this.#count = count
    this.#bursts = bursts
  }

  publications(): void {
    const topic = (): string => this.#random.pick(['news', 'news', 'prices'])
    this.#watch('subscribe', topic)
    this.#add(3, 12, () => ({ kind: 'publish', worker: this.#worker(), topic: topic(), timeoutMs: this.#limitMs() }))
  }

  state(): void {
    const key = (): string => this.#random.pick(['a', 'a', 'b'])
    this.#watch('state', key)
    this.#add(5, 15, () => this.#stateAction(this.#worker(), key()))
  }

  /** Guests try permitted and forbidden actions; the worker with the auth function is not always connected. */
  guests(): void {
    const guardian = this.#newWorker({ kind: 'guardian' }, 0)
    const guests = Array.from({ length: 1 + this.#random.below(2) }, () =>
      this.#newWorker({ kind: 'guest', token: this.#random.pick(TOKENS) }, 1),
    )
    const guest = (): number => this.#random.pick(guests)
    this.#add(4, 14, () => this.#guestAction(guest()))
    this.#add(1, 3, () => ({ kind: 'publish', worker: this.#worker(), topic: 'news', timeoutMs: this.#limitMs() }))
    this.#add(0, 2, () => this.#call(this.#worker(), `w${guest()}::f0`))
    this.#add(0, 3, () => {
      const fault = someFault(this.#random, this.#random.pick([guardian, ...guests]))
      // Without the worker of the auth function no client would be accepted.
      return fault.kind === 'crash' && fault.worker === guardian
        ? { kind: 'close-frame', worker: guardian, code: 1001 }
        : fault
    })
  }

  /** Several workers claim the same functions, and come and go. */
  claims(): void {
    const random = this.#random
    const group = this.#count + this.workers.length
    const sharesName = random.next() < 0.4
    const claimants = Array.from({ length: 2 + random.below(2) }, () => {
      const onConflict = random.next() < 0.7 ? 'wait' : 'fail'
      // One that fails may still be refused for a while: it cannot tell a rival from a lost link of its own.
      const claim = { group, onConflict, sharesName: sharesName && onConflict === 'wait' } as const
      return this.#newWorker({ kind: 'claimant', ...claim }, random.pick([0, 2, 2]))
    })
    const claimant = (): number => random.pick(claimants)
    const functionId = (): string => `w${group}::f${random.below(2)}`
    // None is registered again: the reports would not show whether the worker waits for it.
    const late = claimants.filter(() => random.next() < 0.5)
    for (const worker of late) this.#add(1, 1, () => ({ kind: 'register', worker, functionId: functionId() }))
    const early = claimants.filter((each) => !late.includes(each))
    this.#add(3, 10, () => this.#call(this.#worker(), functionId()))
    this.#add(0, 2, () => ({ kind: 'spy', worker: claimant(), functionId: functionId(), topic: 'news' }))
    this.#add(0, 2, () => ({ kind: 'publish', worker: this.#worker(), topic: 'news', timeoutMs: this.#limitMs() }))
    if (early.length > 0) {
      this.#add(0, 1, () => ({ kind: 'unregister', worker: random.pick(early), functionId: functionId() }))
    }
    this.#add(0, 2, () => ({ kind: 'shutdown', worker: claimant(), drainMs: random.pick([undefined, 100, 10_000]) }))
    this.#add(0, 1, () => ({ kind: 'ready', worker: claimant(), timeoutMs: this.#limitMs() }))
    this.#add(0, 3, () => someFault(random, claimant()))
  }

  /** A worker sends spans and lines over the link that its calls go by. */
  telemetry(): void {
    const random = this.#random
    const role = {
      kind: 'traced',
      capacity: random.pick([1, 3, 10_000]),
      flushMs: random.pick([0, 100, 1_000]),
    } as const
    const worker = this.#newWorker(role, 2)
    this.#add(1, 8, () => ({ kind: 'tell', worker, spans: random.below(5), lines: random.below(5) }))
    this.#add(2, 8, () => this.#call(this.#worker(), `w${worker}::f${random.below(2)}`))
    this.#add(1, 5, () => this.#call(worker, `w${this.#worker()}::f0`))
    this.#add(0, 3, () => someFault(random, worker))
    this.#add(0, 1, () => ({ kind: 'shutdown', worker, drainMs: random.pick([undefined, 100, 10_000]) }))
  }

  /** Calls a worker that receives nothing, so that the engine stops reading from it, and later lets both resume. */
  backlog(): void {
    const random = this.#random
    const worker = this.#worker()
    const at = random.pick(this.#bursts)
    const forMs = random.pick([300, 2_000, 15_000])
    const isLost = random.next() < 0.5
    const how = isLost
      ? ({ kind: 'blackhole', directions: 'toClient' } as const)
      : ({ kind: 'stall', direction: 'toClient' } as const)
    this.steps.push({ at, what: { ...how, worker, nth: 0, forMs } })
    for (let calls = 2 + random.below(4); calls > 0; calls -= 1) {
      const padBytes = 1_000 + random.below(2_000)
      const call = { ...this.#call(this.#worker(), `w${worker}::f0`), padBytes }
      this.steps.push({ at: at + 1 + random.below(200), what: call })
    }
    const end = { kind: 'shutdown', worker, drainMs: random.pick([undefined, 10_000]) } as const
    if (random.next() < 0.7) this.steps.push({ at: at + random.below(forMs + 2_000), what: end })
  }

  #guestAction(worker: number): Action {
    const random = this.#random
    const functionId = `w${this.#worker()}::f${random.below(2)}`
    const chance = random.next()
    if (chance < 0.5) return this.#call(worker, functionId)
    const call = { worker, functionId, behaviour: this.#behaviour(), padBytes: 0 }
    if (chance < 0.6) return { kind: 'void', ...call }
    if (chance < 0.7) return { kind: 'enqueue', ...call, queue: 'default', group: 'a', timeoutMs: this.#limitMs() }
    if (chance < 0.85) return { kind: 'spy', worker, functionId, topic: 'news' }
    if (chance < 0.92) return { kind: 'publish', worker, topic: 'news', timeoutMs: this.#limitMs() }
    return this.#stateAction(worker, 'a')
  }

  #stateAction(worker: number, key: string): Action {
    return { kind: 'state', worker, how: this.#random.pick(HOWS), key, timeoutMs: this.#limitMs() }
  }

  #call(worker: number, functionId: string): Action {
    const call = { worker, functionId, behaviour: this.#behaviour(), padBytes: 0 }
    return { kind: 'call', ...call, timeoutMs: this.#limitMs(), abortAfterMs: undefined }
  }

  #behaviour(): Behaviour {
    return this.#random.pick([{ kind: 'value' }, { kind: 'throw' }, { kind: 'later', ms: 100, fails: false }])
  }

  /** Most are bound before the work begins, and some of them end in the middle of it. */
  #watch(type: 'subscribe' | 'state', on: () => string): void {
    const watch = (): Action => ({ kind: 'watch', worker: this.#worker(), type, on: on() })
    const early = 1 + this.#random.below(4)
    for (let count = 0; count < early; count++) this.steps.push({ at: 0, what: watch() })
    this.#add(0, 2, watch)
    this.#add(0, 3, () => ({ kind: 'unwatch', worker: this.#worker(), nth: this.#random.below(2) }))
  }

  #add(least: number, most: number, make: () => Action | Fault): void {
    const random = this.#random
    const count = least + random.below(most - least + 1)
    for (let index = 0; index < count; index++) {
      const at = random.pick(this.#bursts) + random.pick([random.below(20), random.below(3_000)])
      this.steps.push({ at, what: make() })
    }
  }

  /** One that comes back soon, as others depend on it. */
  #newWorker(role: Role, functions: number): number {
    const reconnection = {
      initialDelayMs: 100,
      maxDelayMs: 5_000,
      maxRetries: -1,
      maxPendingMessages: 1_000,
      maxPendingAgeMs: 300_000,
    }
    const plan = { functions, maxConcurrentInvocations: undefined, ownConcurrency: undefined, reconnection, role }
    return this.#count + this.workers.push(plan) - 1
  }

  /** One of those that are there anyway. */
  #worker(): number {
    return this.#random.below(this.#count)
  }

  #limitMs(): number {
    return this.#random.pick([500, 10_000, 30_000])
  }
}
