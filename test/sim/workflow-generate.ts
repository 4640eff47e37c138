/** Generates what a simulated workflow run is made of, from a seed. */
import type { SeededRandom } from '../kit/seeded-random.js'
import { simRandom } from './sim-random.js'
import type { Action, Disaster, Op, Program, WorkflowScenario } from './workflow-scenario.js'

/** Faults and requests come in this time; after it the world is calm. */
export const STORM_MS = 40_000

const SIGNALS = ['paid', 'sent']
const KEYS = [undefined, undefined, 'a']

/** In every third seed the engine forgets its last interval when it crashes. */
export function generateWorkflow(seed: number): WorkflowScenario {
  const random = simRandom(seed ^ 0x5f3759df)
  const workers = 1 + random.below(3)
  const isCalm = random.next() < 0.1
  const saveMs = seed % 3 === 0 ? random.pick([100, 500]) : 0
  const runs = Array.from({ length: 1 + random.below(3) }, () => programOf(random, { depth: 0, ops: 5 }))
  const hasSkew = !isCalm && random.next() < 0.4
  return {
    seed,
    workers,
    latencyMs: random.pick([1, 5, 40]),
    leaseMs: random.pick([2_000, 5_000, 15_000]),
    sweepMs: random.pick([2_000, 5_000]),
    slots: random.pick([1, 2, 50]),
    requestsInFlight: random.pick([1, 1, 4]),
    saveMs,
    settleMs: saveMs * 1.5,
    skewMs: Array.from({ length: workers + 1 }, () => (hasSkew ? skewOf(random) : 0)),
    lostWakes: isCalm ? 0 : random.pick([0, 0.2, 0.8]),
    runs,
    steps: [...requests(random, { workers, runs }), ...(isCalm ? [] : disasters(random, workers))].sort(
      (a, b) => a.at - b.at,
    ),
  }
}

function skewOf(random: SeededRandom): number {
  return Math.round((random.next() - 0.5) * random.pick([200, 4_000, 40_000]))
}

interface Size {
  readonly depth: number
  readonly ops: number
}

function programOf(random: SeededRandom, size: Size): Program {
  const ops = Array.from({ length: 1 + random.below(size.ops) }, () => opOf(random, size))
  if (size.depth > 1 || random.next() < 0.7) return ops
  if (random.next() < 0.5) return [...ops, { do: 'fail' }]
  if (size.depth > 0) return ops
  return [...ops, { do: 'again', program: programOf(random, { depth: 1, ops: 3 }) }]
}

function opOf(random: SeededRandom, { depth }: Size): Op {
  const chance = random.next()
  if (chance < 0.45) return stepOf(random)
  if (chance < 0.6) return { do: 'sleep', ms: random.pick([10, 900, 3_000, 20_000]) }
  if (chance < 0.75) {
    const limit = random.next() < 0.5 ? { ms: random.pick([500, 10_000, 40_000]) } : {}
    return { do: 'wait', signal: random.pick(SIGNALS), key: random.pick(KEYS), ...limit }
  }
  if (chance < 0.8) return { do: 'value' }
  if (depth >= 2) return stepOf(random)
  const inner = { depth: depth + 1, ops: 3 }
  if (chance < 0.9) return { do: 'child', program: programOf(random, { ...inner, depth: 2 }) }
  const branches = Array.from({ length: 2 + random.below(2) }, () => programOf(random, { ...inner, depth: 2 }))
  return { do: 'all', branches }
}

function stepOf(random: SeededRandom): Op {
  const isFailing = random.next() < 0.2
  const attempts = 1 + random.below(3)
  return {
    do: 'step',
    ms: random.pick([0, 5, 100, 1_000, 8_000]),
    attempts,
    fails: isFailing ? random.below(attempts + 1) : 0,
    undo: random.pick(['works', 'works', 'fails', undefined]),
  }
}

type Steps = WorkflowScenario['steps'][number][]

function requests(
  random: SeededRandom,
  { workers, runs }: { readonly workers: number; readonly runs: readonly Program[] },
): Steps {
  const steps: Steps = []
  const add = (what: Action): void => void steps.push({ at: random.below(STORM_MS), what })
  for (const run of runs.keys()) {
    const from = (): number => random.below(workers + 1)
    steps.push({ at: random.below(5_000), what: { do: 'start', run, from: from() } })
    if (random.next() < 0.5) add({ do: 'start', run, from: from() })
    for (let count = random.below(6); count > 0; count--) {
      add({ do: 'signal', run, from: from(), signal: random.pick(SIGNALS), key: random.pick(KEYS) })
    }
    for (const [request, share] of [['cancel', 0.3] as const, ['pause', 0.2] as const, ['resume', 0.2] as const]) {
      if (random.next() >= share) continue
      add({ do: request, run, from: from() })
      // Another one at the same time, from elsewhere.
      const what: Action = { do: random.pick([request, 'resume']), run, from: from() }
      if (random.next() < 0.3) steps.push({ at: steps.at(-1)!.at + random.pick([0, 1, 20]), what })
    }
    for (let count = random.below(3); count > 0; count--) add({ do: 'wake', run, from: from() })
  }
  return steps
}

function disasters(random: SeededRandom, workers: number): Steps {
  return Array.from({ length: 1 + random.below(8) }, () => {
    const disaster = disasterOf(random)
    const write =
      disaster.kind === 'jump' || disaster.kind === 'close' || random.next() < 0.4
        ? undefined
        : { nth: 1 + random.below(random.pick([3, 30])), phase: random.pick(['before', 'after'] as const) }
    const what: Action = { do: 'disaster', machine: random.below(workers), disaster, write }
    return { at: random.below(STORM_MS), what }
  })
}

function disasterOf(random: SeededRandom): Disaster {
  const chance = random.next()
  if (chance < 0.3) return { kind: 'kill' }
  if (chance < 0.5) return { kind: 'freeze', ms: random.pick([500, 6_000, 30_000]) }
  if (chance < 0.65) return { kind: 'cut', ms: random.pick([20, 1_500, 25_000]) }
  if (chance < 0.85) return { kind: 'engine', ms: random.pick([200, 4_000, 20_000]) }
  if (chance < 0.95) {
    const ms = random.pick([1_000, 20_000, 900_000])
    return { kind: 'jump', ms: random.next() < 0.5 ? ms : -ms }
  }
  return { kind: 'close' }
}
