/**
 * Work that only some scenarios have, of one kind or of several: publications, state. Drawn from chance of its own, so
 * that the rest of a scenario stays what it is.
 */
import { seededRandom, type SeededRandom } from '../kit/seeded-random.js'
import type { Action, Step, StateHow, WorkerPlan } from './scenario.js'

const HOWS: readonly StateHow[] = ['set', 'set', 'update', 'update', 'get', 'delete']

/** The steps a scenario has beside those of every scenario. */
export function extraSteps(seed: number, plans: readonly WorkerPlan[], bursts: readonly number[]): Step[] {
  const random = seededRandom(Math.imul(seed, 0x85ebca6b) ^ 0x27d4eb2f)
  const extras = new Extras(random, plans.length, bursts)
  const publishes = random.next() < 0.15
  const keepsState = random.next() < 0.15
  return [...(publishes ? extras.publications() : []), ...(keepsState ? extras.state() : [])]
}

class Extras {
  readonly #random: SeededRandom
  readonly #workers: number
  readonly #bursts: readonly number[]

  constructor(random: SeededRandom, workers: number, bursts: readonly number[]) {
    this.#random = random
    this.#workers = workers
    this.#bursts = bursts
  }

  publications(): Step[] {
    const topic = (): string => this.#random.pick(['news', 'news', 'prices'])
    return [
      ...this.#watching('subscribe', topic),
      ...this.#some(3, 12, () => ({
        kind: 'publish',
        worker: this.#worker(),
        topic: topic(),
        timeoutMs: this.#limit(),
      })),
    ]
  }

  state(): Step[] {
    const key = (): string => this.#random.pick(['a', 'a', 'b'])
    return [
      ...this.#watching('state', key),
      ...this.#some(5, 15, () => ({
        kind: 'state',
        worker: this.#worker(),
        how: this.#random.pick(HOWS),
        key: key(),
        timeoutMs: this.#limit(),
      })),
    ]
  }

  /** Most are bound before the work begins, and some of them end in the middle of it. */
  #watching(type: 'subscribe' | 'state', on: () => string): Step[] {
    const watch = (): Action => ({ kind: 'watch', worker: this.#worker(), type, on: on() })
    const early = this.#some(1, 4, watch).map(({ what }) => ({ at: 0, what }))
    const ends = this.#some(0, 3, () => ({ kind: 'unwatch', worker: this.#worker(), nth: this.#random.below(2) }))
    return [...early, ...this.#some(0, 2, watch), ...ends]
  }

  #some(least: number, most: number, make: () => Action): Step[] {
    const count = least + this.#random.below(most - least + 1)
    return Array.from({ length: count }, () => ({ at: this.#moment(), what: make() }))
  }

  #moment(): number {
    return this.#random.pick(this.#bursts) + this.#random.pick([this.#random.below(20), this.#random.below(3_000)])
  }

  #worker(): number {
    return this.#random.below(this.#workers)
  }

  #limit(): number {
    return this.#random.pick([500, 10_000, 30_000])
  }
}
