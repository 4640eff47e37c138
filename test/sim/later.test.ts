/**
 * Later calls in simulated processes that die, freeze, lose messages and have wrong clocks: 500 seeds in every run, 10,000
 * at night, or what `SEEDS` says.
 */
import { expect, test } from 'vitest'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { Deliveries } from '../../src/sdk/worker/later/deliveries.js'
import { entryOf, LaterCalls, type StoredCall } from '../../src/sdk/worker/later/later-calls.js'
import { Once } from '../../src/sdk/worker/once/once.js'
import type { KeyedWorkParts } from '../../src/sdk/worker/once/keyed-work.js'
import { forEachSeed } from '../kit/seeds.js'
import { simRandom } from './sim-random.js'
import { SimProcess, StateStage } from './state-stage.js'

interface Call {
  readonly key: string
  readonly dueAt: number
  isStored: boolean
  /** What its caller learned of taking it back; unknown while there was no answer. */
  cancelled: 'not tried' | 'unknown' | boolean
  /** When deliveries arrived, on the true clock. */
  readonly deliveries: number[]
}

class World {
  readonly random
  readonly time = new VirtualClock()
  readonly state = new StateStage()
  readonly calls: Call[] = []
  readonly workers: { readonly process: SimProcess; readonly later: LaterCalls; readonly deliveries: Deliveries }[] = []
  readonly isCalm: boolean
  readonly loss: number
  readonly maxSkewMs: number

  constructor(seed: number) {
    this.random = simRandom(seed)
    this.isCalm = this.random.next() < 0.2
    this.loss = this.isCalm ? 0 : this.random.pick([0, 0.05])
    this.maxSkewMs = this.isCalm ? 0 : this.random.pick([0, 2_000])
    for (let index = 0; index < 3; index++) this.start()
  }

  start(): void {
    const weather = { loss: this.loss, latencyMs: 20 }
    const process = new SimProcess(this.time, this.state, { random: this.random, weather })
    process.skewMs = Math.round((this.random.next() - 0.5) * this.maxSkewMs)
    const { clock, random, link } = process
    const parts = { clock, random, link, report: () => undefined } as unknown as KeyedWorkParts
    const later = new LaterCalls(parts, new Once(process))
    const deliveries = new Deliveries(parts, later, (call) => this.receive(process, call))
    this.workers.push({ process, later, deliveries })
  }

  receive({ clock }: SimProcess, { payload }: StoredCall): Promise<unknown> {
    this.calls[payload as number]!.deliveries.push(this.time.epochMs())
    return new Promise((resolve) => {
      clock.after(this.random.below(2_000), () => {
        resolve(undefined)
      })
    })
  }

  add(dueInMs: number, cancelInMs: number | undefined): void {
    const { process, later, deliveries } = this.random.pick(this.workers)
    const index = this.calls.length
    const dueAt = process.clock.epochMs() + dueInMs
    const call: Call = { key: `k${String(index)}`, dueAt, isStored: false, cancelled: 'not tried', deliveries: [] }
    this.calls.push(call)
    const stored = { functionId: 'f', namespace: 'default', payload: index, dueAt }
    later.add(call.key, stored, index).then(
      (waiting) => {
        call.isStored = true
        deliveries.plan(entryOf(waiting, call.key))
      },
      () => undefined, // Its process learned that it was not stored.
    )
    if (cancelInMs === undefined) return
    this.time.after(cancelInMs, () => {
      const alive = this.workers.filter(({ process: { isDead, isFrozen } }) => !isDead && !isFrozen)
      if (alive.length === 0) return
      call.cancelled = 'unknown'
      this.random
        .pick(alive)
        .later.cancel(call.key)
        .then(
          (isCancelled) => (call.cancelled = isCancelled),
          () => undefined, // State did not answer in time.
        )
    })
  }

  async run(): Promise<void> {
    const { random, time } = this
    for (let count = 0; count < 10; count++) {
      const dueInMs = random.pick([0, 1_000, 30_000, 300_000, 4_000_000])
      const cancelInMs = random.next() < 0.2 ? random.below(dueInMs + 2_000) : undefined
      time.after(random.below(60_000), () => {
        this.add(dueInMs, cancelInMs)
      })
    }
    for (let count = 0; !this.isCalm && count < 3; count++) {
      time.after(random.below(300_000), () => {
        const { process } = random.pick(this.workers)
        if (random.next() < 0.5) process.freeze(random.below(40_000))
        else {
          process.kill()
          this.start()
        }
      })
    }
    await time.advance(4_800_000)
  }
}

test(
  'a stored call is delivered at least once, not before its time, and never after it was cancelled',
  { timeout: 60_000 },
  () =>
    forEachSeed(async (seed) => {
      const world = new World(seed)
      await world.run()
      for (const { dueAt, isStored, cancelled, deliveries } of world.calls) {
        if (cancelled === true) expect(deliveries).toEqual([])
        else if (isStored && cancelled !== 'unknown') expect(deliveries.length).toBeGreaterThanOrEqual(1)
        for (const at of deliveries) expect(at).toBeGreaterThanOrEqual(dueAt - world.maxSkewMs)
        if (!world.isCalm) continue
        expect(deliveries.length).toBeLessThanOrEqual(1)
        for (const at of deliveries) expect(at - dueAt).toBeLessThan(2_000)
      }
      // Nothing is left of calls whose time is over.
      const left = [...world.state.contents].filter(([scope]) => /^iii\.later[.-]/.test(scope))
      expect(left.flatMap(([, values]) => [...values.keys()])).toEqual([])
    }, 10),
)
