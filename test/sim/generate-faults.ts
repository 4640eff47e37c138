/** Makes faults: how often which kind, and how long it lasts. */
import type { SeededRandom } from '../kit/seeded-random.js'
import type { Fault } from './scenario.js'

const CLOSE_CODES = [1000, 1001, 1005, 1008, 1009, 1011, 1012, 1013, 4000]

/** Something done to a worker, or to the engine. */
export function someFault(random: SeededRandom, worker: number): Fault {
  const anyone = random.next() < 0.2 ? 'engine' : worker
  const nth = random.next() < 0.75 ? 0 : 1 + random.below(3)
  const forMs = random.pick([10, 300, 2_000, 15_000, 50_000, 120_000])
  const direction = random.pick(['toServer', 'toClient'] as const)
  const coin = (): boolean => random.next() < 0.5
  const chance = random.next()
  if (chance < 0.2) return { kind: 'reset', worker, nth, keeps: { toServer: coin(), toClient: coin() } }
  if (chance < 0.4) return { kind: 'cut', worker, nth, direction, frames: random.below(8), keepsOther: coin() }
  if (chance < 0.52) {
    return { kind: 'blackhole', worker, nth, directions: random.pick(['both', 'toServer', 'toClient']), forMs }
  }
  if (chance < 0.6) return { kind: 'stall', worker, nth, direction, forMs }
  if (chance < 0.66) return { kind: 'close-frame', worker, code: random.pick(CLOSE_CODES) }
  if (chance < 0.76) {
    return { kind: 'dials', worker, how: random.pick(['refuse', 'hang', 'status', 'accept-then-close']), forMs }
  }
  if (chance < 0.84) return { kind: 'freeze', worker: anyone, forMs: random.next() < 0.4 ? 90_000 : forMs }
  if (chance < 0.87) return { kind: 'epoch', worker: anyone, byMs: random.pick([-3_600_000, -500, 500, 86_400_000]) }
  if (chance < 0.91) return { kind: 'crash', worker }
  return { kind: 'restart', graceful: coin(), downMs: random.pick([0, 100, 3_000, 20_000]) }
}
