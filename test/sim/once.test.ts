/**
 * Work that runs once per key, in simulated processes that die, freeze, lose messages and have wrong clocks: 500 seeds in
 * every run, 10,000 at night, or what `SEEDS` says.
 */
import { expect, test } from 'vitest'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { InvocationError } from '../../src/errors.js'
import { Once } from '../../src/sdk/worker/once/once.js'
import type { OnceSettings } from '../../src/sdk/worker/once/once-options.js'
import type { SeededRandom } from '../kit/seeded-random.js'
import { forEachSeed } from '../kit/seeds.js'
import { simRandom } from './sim-random.js'
import { SimProcess, StateStage } from './state-stage.js'

/** One run of the work. */
interface Execution {
  readonly number: number
  readonly input: string
  /** Of the claim that allowed it, on the clock of its process. */
  readonly claimedAt: number
  /** False while it runs, and when it failed. */
  succeeded: boolean
}

/** One caller, and what it received. */
interface Caller {
  readonly process: SimProcess
  readonly input: string
  outcome: { readonly value: unknown } | { readonly error: unknown } | undefined
}

interface Plan {
  readonly settings: OnceSettings
  readonly loss: number
  readonly kills: boolean
  readonly freezes: boolean
  readonly maxSkewMs: number
  readonly failing: number
  readonly otherInputs: number
}

const LONG_MS = 3_600_000

function planOf(random: SeededRandom, overrides: Partial<OnceSettings>): Plan {
  const isCalm = random.next() < 0.1
  return {
    settings: {
      ttlMs: LONG_MS,
      scope: 's',
      onLost: random.pick(['fail', 'rerun']),
      onError: 'keep',
      leaseMs: random.pick([1_000, 3_000, 10_000]),
      ...overrides,
    },
    loss: isCalm ? 0 : random.pick([0, 0.05, 0.2]),
    kills: !isCalm && random.next() < 0.6,
    freezes: !isCalm && random.next() < 0.4,
    maxSkewMs: isCalm ? 0 : random.pick([0, 0, 500, 5_000]),
    failing: random.pick([0, 0, 0.3]),
    otherInputs: random.pick([0, 0, 0.2]),
  }
}

class World {
  readonly random: SeededRandom
  readonly time = new VirtualClock()
  readonly state = new StateStage()
  readonly plan: Plan
  readonly executions: Execution[] = []
  readonly callers: Caller[] = []
  readonly workers: { readonly process: SimProcess; readonly once: Once }[] = []

  constructor(seed: number, overrides: Partial<OnceSettings>) {
    this.random = simRandom(seed)
    this.plan = planOf(this.random, overrides)
    for (let index = 0; index < 3; index++) this.start()
  }

  start(): void {
    const weather = { loss: this.plan.loss, latencyMs: 40 }
    const process = new SimProcess(this.time, this.state, { random: this.random, weather })
    process.skewMs = Math.round((this.random.next() - 0.5) * this.plan.maxSkewMs)
    this.workers.push({ process, once: new Once(process) })
  }

  /** Callers arrive over a time, and meanwhile processes die and freeze. */
  async run(durationMs: number, arrivals: number): Promise<void> {
    const { random, time, plan } = this
    for (let count = 0; count < arrivals; count++) {
      time.after(random.below(durationMs), () => {
        const alive = this.workers.filter(({ process }) => !process.isDead && !process.isFrozen)
        if (alive.length > 0) this.call(random.pick(alive))
      })
    }
    for (let count = 0; plan.kills && count < 3; count++) {
      time.after(random.below(durationMs), () => {
        const victim = random.pick(this.workers)
        victim.process.kill()
        this.start()
      })
    }
    for (let count = 0; plan.freezes && count < 3; count++) {
      time.after(random.below(durationMs), () => {
        random.pick(this.workers).process.freeze(random.below(30_000))
      })
    }
    await time.advance(durationMs + 300_000)
  }

  call({ process, once }: World['workers'][number]): void {
    const { random, plan } = this
    const input = random.next() < plan.otherInputs ? 'other' : 'usual'
    const caller: Caller = { process, input, outcome: undefined }
    this.callers.push(caller)
    const run = (life: string): Promise<unknown> => this.execute(process, { input, life })
    once.run({ key: 'k', settings: plan.settings, input, run }).then(
      (settled) => (caller.outcome = { value: settled?.value }),
      (error: unknown) => (caller.outcome = { error }),
    )
  }

  execute({ clock }: SimProcess, { input, life }: { input: string; life: string }): Promise<unknown> {
    const { random, plan } = this
    const execution: Execution = {
      number: this.executions.length + 1,
      input,
      claimedAt: this.#claimedAt(life),
      succeeded: false,
    }
    this.executions.push(execution)
    const fails = random.next() < plan.failing
    return new Promise((resolve, reject) => {
      clock.after(random.below(random.pick([10, 1_000, 20_000])), () => {
        if (fails) {
          reject(new InvocationError({ code: 'FAILED', message: String(execution.number) }))
          return
        }
        execution.succeeded = true
        resolve(execution.number)
      })
    })
  }

  #claimedAt(life: string): number {
    for (const values of this.state.contents.values()) {
      for (const record of values.values()) {
        const claims = Object.values(record as Record<string, unknown>).flat() as { token?: string; at: number }[]
        const claim = claims.find((one) => one.token === life)
        if (claim !== undefined && typeof claim.at === 'number') return claim.at
      }
    }
    return NaN
  }

  /** What callers received as the result of the work, an error of it included. */
  get results(): string[] {
    return this.callers.flatMap(({ outcome }) => {
      if (outcome === undefined) return []
      if ('value' in outcome) return [String(outcome.value)]
      const { code, detail } = outcome.error as InvocationError
      return code === 'FAILED' ? [detail] : []
    })
  }

  codes(): string[] {
    return this.callers.flatMap(({ outcome }) =>
      outcome !== undefined && 'error' in outcome ? [(outcome.error as InvocationError).code] : [],
    )
  }
}

const OWN_CODES = new Set(['FAILED', 'IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_UNKNOWN', 'IDEMPOTENCY_UNAVAILABLE'])

function checkAll(world: World): void {
  const { plan, callers, executions, results } = world
  const unsettled = callers.filter(({ process, outcome }) => !process.isDead && outcome === undefined)
  expect(unsettled, 'every caller in a living process received something').toHaveLength(0)
  expect(world.codes().filter((code) => !OWN_CODES.has(code))).toEqual([])
  expect(new Set(results).size, 'one result per key').toBeLessThanOrEqual(1)
  const [result] = results
  const shared = executions.find(({ number }) => String(number) === result)
  for (const { input, outcome } of callers) {
    if (outcome === undefined || !('value' in outcome)) continue
    expect(input, 'a result belongs to the input').toBe(shared?.input)
  }
  if (plan.settings.onLost === 'fail') expect(executions.length, 'runs').toBeLessThanOrEqual(1)
  const isCalm = plan.loss === 0 && !plan.kills && !plan.freezes
  if (isCalm && plan.maxSkewMs === 0) {
    expect(executions).toHaveLength(1)
    expect(world.codes()).not.toContain('IDEMPOTENCY_UNKNOWN')
  }
}

test('there are never two results per key, whichever processes die, freeze or lose messages', { timeout: 60_000 }, () =>
  forEachSeed(async (seed) => {
    const world = new World(seed, {})
    await world.run(60_000, 12)
    checkAll(world)
    if (world.plan.settings.onLost === 'fail') return
    // Where work may run again, the key has a result in the end.
    world.start()
    world.call(world.workers.at(-1)!)
    await world.time.advance(300_000)
    const last = world.callers.at(-1)!
    const code = 'error' in (last.outcome ?? {}) ? (last.outcome as { error: InvocationError }).error.code : 'result'
    expect(['result', 'FAILED', 'IDEMPOTENCY_KEY_REUSED', 'IDEMPOTENCY_UNAVAILABLE']).toContain(code)
  }),
)

test(
  'a key can be used again after its time, never before, although expired keys are removed',
  { timeout: 60_000 },
  () =>
    forEachSeed(async (seed) => {
      const world = new World(seed, { ttlMs: 20_000, leaseMs: 3_000, onLost: 'fail' })
      await world.run(200_000, 60)
      const starts = world.executions.map(({ claimedAt }) => claimedAt).sort((a, b) => a - b)
      expect(starts).not.toContain(NaN)
      for (const [index, at] of starts.entries()) {
        if (index > 0) expect(at - starts[index - 1]!).toBeGreaterThanOrEqual(20_000 - world.plan.maxSkewMs)
      }
      // Later callers of the same time received the result of their time.
      expect(new Set(world.results).size).toBeLessThanOrEqual(world.executions.length)
    }, 5),
)

test('errors are forgotten where `onError` is `rerun`, and the first success stays', { timeout: 60_000 }, () =>
  forEachSeed(async (seed) => {
    const world = new World(seed, { onError: 'rerun' })
    await world.run(60_000, 12)
    const successes = world.callers.flatMap(({ outcome }) =>
      outcome !== undefined && 'value' in outcome ? [outcome.value] : [],
    )
    expect(new Set(successes).size).toBeLessThanOrEqual(1)
    const succeeded = world.executions.filter((execution) => execution.succeeded)
    if (world.plan.settings.onLost === 'fail') expect(succeeded.length).toBeLessThanOrEqual(1)
  }, 2),
)
