/**
 * Makes scenarios from seeds: how much of what happens when, and which things happen together. The share of each kind
 * was set by the planted bugs: each has to be found soon.
 */
import { seededRandom, type SeededRandom } from '../kit/seeded-random.js'
import { extrasOf } from './generate-extras.js'
import { someFault } from './generate-faults.js'
import type { Action, Behaviour, PlannedCall, Scenario, Step, WorkerPlan } from './scenario.js'

const CALL_LIMITS_MS = [50, 500, 2_000, 10_000, 30_000, 90_000]
const TYPES = ['alpha', 'beta']

/** The scenario of a seed. */
export function generate(seed: number): Scenario {
  const random = seededRandom(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995)
  const plans = Array.from({ length: 2 + random.below(3) }, () => workerPlan(random))
  const horizonMs = random.pick([200, 2_000, 10_000, 40_000])
  const make = new Generator(random, plans, horizonMs)
  const steps = make.steps()
  const extra = extrasOf(seed, plans, make.bursts)
  return {
    seed,
    latencyMs: random.pick([0, 0, 1, 5, 40, 300]),
    jitterMs: random.pick([0, 1, 10, 200]),
    bytesPerByte: random.pick([1, 1, 1, 1000, 20_000]),
    workers: [...plans, ...extra.workers],
    steps: [...steps, ...extra.steps].sort((a, b) => a.at - b.at),
  }
}

function workerPlan(random: SeededRandom): WorkerPlan {
  return {
    functions: 1 + random.below(3),
    maxConcurrentInvocations: random.next() < 0.2 ? 1 + random.below(3) : undefined,
    ownConcurrency: random.next() < 0.2 ? 1 + random.below(2) : undefined,
    reconnection: {
      initialDelayMs: random.pick([1, 100, 1_000]),
      maxRetries: random.next() < 0.1 ? 1 + random.below(4) : -1,
      maxPendingMessages: random.next() < 0.2 ? random.below(4) : 1_000,
      maxPendingAgeMs: random.next() < 0.2 ? random.pick([100, 2_000]) : 300_000,
    },
  }
}

class Generator {
  readonly #random: SeededRandom
  readonly #plans: readonly WorkerPlan[]
  readonly #horizonMs: number
  /** Work comes in bursts, and faults in the middle of them. */
  bursts: readonly number[] = []

  constructor(random: SeededRandom, plans: readonly WorkerPlan[], horizonMs: number) {
    this.#random = random
    this.#plans = plans
    this.#horizonMs = horizonMs
  }

  steps(): Step[] {
    const random = this.#random
    const actions = Array.from({ length: 3 + random.below(30) }, () => this.#action())
    const faults = Array.from({ length: random.pick([0, 1, 1, 2, 3, 5, 8]) }, () => someFault(random, this.#worker()))
    const bursts = Array.from({ length: 1 + random.below(4) }, () => random.below(this.#horizonMs))
    this.bursts = bursts
    const moment = (): number =>
      random.next() < 0.7 ? random.pick(bursts) + random.below(20) : random.below(this.#horizonMs)
    const steps = [...actions, ...faults].map((what) => ({ at: moment(), what }))
    if (random.next() < 0.15) steps.push(...this.#outage())
    return steps.sort((a, b) => a.at - b.at)
  }

  /** A provider of a trigger type is away while its bindings change: chance alone rarely brings the three together. */
  #outage(): Step[] {
    const random = this.#random
    const [provider, owner] = [this.#worker(), this.#worker()]
    const type = random.pick(TYPES)
    const bind: Action = { kind: 'bind', worker: owner, type, functionId: `w${provider}::f0` }
    const cutAt = 1_500 + random.below(this.#horizonMs)
    const change: Action = random.next() < 0.7 ? { kind: 'unbind', worker: owner, nth: 0 } : bind
    return [
      { at: random.below(500), what: { kind: 'provide', worker: provider, type } },
      { at: random.below(1_000), what: bind },
      { at: random.below(1_000), what: bind },
      { at: cutAt, what: { kind: 'dials', worker: provider, how: 'refuse', forMs: 2_000 } },
      { at: cutAt, what: { kind: 'reset', worker: provider, nth: 0, keeps: { toServer: true, toClient: true } } },
      { at: cutAt + 500 + random.below(1_000), what: change },
    ]
  }

  #worker(): number {
    return this.#random.below(this.#plans.length)
  }

  #functionId(): string {
    const random = this.#random
    if (random.next() < 0.05) return 'missing::function'
    const worker = this.#worker()
    return `w${worker}::f${random.below(this.#plans[worker]!.functions + (random.next() < 0.1 ? 2 : 0))}`
  }

  #behaviour(depth = 0): Behaviour {
    const random = this.#random
    const chance = random.next()
    if (chance < 0.4) return { kind: 'value' }
    if (chance < 0.5) return { kind: 'throw' }
    if (chance < 0.8 || depth > 1) {
      return { kind: 'later', ms: random.pick([0, 1, 10, 100, 1_000, 8_000]), fails: random.next() < 0.15 }
    }
    if (chance < 0.86) return { kind: 'until-aborted' }
    const inner = this.#behaviour(depth + 1)
    return {
      kind: 'nested',
      functionId: this.#functionId(),
      inner,
      linked: random.next() < 0.5,
      afterMs: random.pick([0, 0, 50, 1_500]),
    }
  }

  /** Jobs are queued and retried: one that waits for its signal would delay the rest for minutes. */
  #jobBehaviour(): Behaviour {
    const random = this.#random
    const chance = random.next()
    if (chance < 0.5) return { kind: 'value' }
    return chance < 0.65 ? { kind: 'throw' } : { kind: 'later', ms: random.pick([1, 100, 2_000]), fails: chance < 0.75 }
  }

  #call(): PlannedCall {
    const random = this.#random
    const padBytes = random.pick([0, 0, 0, 10, 300, 2_000])
    return { worker: this.#worker(), functionId: this.#functionId(), behaviour: this.#behaviour(), padBytes }
  }

  #action(): Action {
    const random = this.#random
    const worker = this.#worker()
    const timeoutMs = random.pick(CALL_LIMITS_MS)
    const chance = random.next()
    if (chance < 0.45) {
      const abortAfterMs = random.next() < 0.15 ? random.below(1_000) : undefined
      return { kind: 'call', ...this.#call(), timeoutMs, abortAfterMs }
    }
    if (chance < 0.55) return { kind: 'void', ...this.#call() }
    if (chance < 0.67) {
      const queue = random.pick(['default', 'ordered', 'ordered', 'missing'])
      return {
        kind: 'enqueue',
        ...this.#call(),
        behaviour: this.#jobBehaviour(),
        queue,
        group: random.pick(['a', 'b']),
        timeoutMs,
      }
    }
    if (chance < 0.77) {
      const functionId = `w${worker}::f${random.below(this.#plans[worker]!.functions + 2)}`
      return { kind: random.next() < 0.5 ? 'register' : 'unregister', worker, functionId }
    }
    if (chance < 0.83) return { kind: 'bind', worker, type: random.pick(TYPES), functionId: this.#functionId() }
    if (chance < 0.85) return { kind: 'unbind', worker, nth: random.below(3) }
    if (chance < 0.89) return { kind: random.next() < 0.85 ? 'provide' : 'withdraw', worker, type: random.pick(TYPES) }
    if (chance < 0.92) return { kind: 'ready', worker, timeoutMs }
    if (chance < 0.97) return this.#channel(worker)
    return { kind: 'shutdown', worker, drainMs: random.next() < 0.5 ? undefined : random.pick([1, 100, 10_000]) }
  }

  #channel(worker: number): Action {
    const random = this.#random
    // At the slowest link, the largest stands for 4 MB: a few of them do not reach the engine's cap on all channels.
    const sizes = [0, 1, 50, 50, 100, 200]
    const items = Array.from({ length: random.below(25) }, () => random.pick(sizes) * (random.next() < 0.3 ? -1 : 1))
    return {
      kind: 'channel',
      worker,
      reader: this.#worker(),
      items,
      bufferSize: random.pick([1, 2, 64]),
      readDelayMs: random.pick([0, 0, 1, 50]),
      timeoutMs: random.pick([10_000, 90_000]),
    }
  }
}
