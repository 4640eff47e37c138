import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { countsOf, faultsOf, type LedgerPart } from '../kit/call-ledger.js'
import { chaosActor, MortalEngine } from './stages/chaos-stage.js'
import { chaosProxy, type Cut, type Trouble } from '../kit/chaos-proxy.js'
import type { ChildActor } from '../kit/child-actor.js'
import { seededRandom, type SeededRandom } from '../kit/seeded-random.js'
import type { SocketPeer } from '../kit/socket-peer.js'

const nightly = process.env['TIER'] === 'nightly'
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9))
const CUTS = nightly ? 10_000 : 1_000
const CALLS = nightly ? 200_000 : 20_000
/** One in so many cuts is the end of the engine's process; one in so many links falls silent for good. */
const CUTS_PER_KILL = 200
const LINKS_PER_HOLE = 100
/** Workers live so many times as fast: a silent link counts as lost after 1.5 s. */
const TIMES_FASTER = 40
/** Time limit of a call, and the tolerance over it. */
const TIMEOUT_MS = 2_000
const SLACK_MS = 1_000
const CALLERS = 3
/** Calls in flight of each caller. */
const IN_FLIGHT = 6
/** About as many bytes as twenty calls take on one link, so that links and calls run out together. */
const LONGEST_LINK_BYTES = 30_000
/** By then the session is registered. */
const GREETED_BYTES = 3_000

const CLOSE_CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014]
const CUT_KINDS: readonly ((random: SeededRandom) => Cut)[] = [
  () => ({ kind: 'destroy' }),
  () => ({ kind: 'rst' }),
  () => ({ kind: 'fin' }),
  (random) => ({ kind: 'half-close', towards: random.pick(['client', 'server']) }),
  (random) => ({ kind: 'black-hole', forMs: random.below(100) }),
  (random) => ({ kind: 'close-code', code: random.pick(CLOSE_CODES) }),
]

/** A link that the worker has to find dead by itself; the engine does not notice. */
function halfOpen(random: SeededRandom): Trouble {
  const atByte = GREETED_BYTES + random.below(LONGEST_LINK_BYTES - GREETED_BYTES)
  return { atByte, cut: { kind: 'black-hole', forMs: Infinity } }
}

function randomTrouble(random: SeededRandom): Trouble {
  return {
    atByte: 1 + random.below(LONGEST_LINK_BYTES),
    cut: random.pick(CUT_KINDS)(random),
    ...(random.below(10) === 0 ? { latencyMs: random.below(10) } : {}),
    ...(random.below(20) === 0 ? { throttleBytes: 64 + random.below(1_000) } : {}),
  }
}

/** Cuts connections as seeded until it is stopped; counts them. */
class Cuts {
  readonly #random = seededRandom(SEED)
  readonly kinds: Record<string, number> = {}
  made = 0
  isOver = false
  #links = 0

  next(): Trouble {
    this.#links += 1
    const trouble = this.#links % LINKS_PER_HOLE === 0 ? halfOpen(this.#random) : randomTrouble(this.#random)
    const kind = trouble.cut.kind === 'black-hole' && trouble.cut.forMs === Infinity ? 'half-open' : trouble.cut.kind
    return this.isOver ? { ...trouble, atByte: Infinity } : { ...trouble, onCut: () => this.count(kind) }
  }

  count(kind: string): void {
    this.made += 1
    this.kinds[kind] = (this.kinds[kind] ?? 0) + 1
  }
}

/** Two servers, then the callers, each in a process of its own and connected through the proxy. */
async function workersAt(proxy: SocketPeer): Promise<ChildActor[]> {
  const names = ['server 0', 'server 1', ...Array.from({ length: CALLERS }, (_, n) => `caller ${String(n)}`)]
  return Promise.all(
    names.map(async (name, index) => {
      const actor = await chaosActor(name)
      const ledger = { limitMs: TIMEOUT_MS + SLACK_MS, first: index - 2, step: CALLERS }
      const serves = index < 2 ? `work-${String(index)}` : ''
      const times = { timesFaster: TIMES_FASTER, timeoutMs: TIMEOUT_MS }
      await actor.do('connect', { url: proxy.url, name, serves, ledger, ...times })
      return actor
    }),
  )
}

async function all<Result>(actors: readonly ChildActor[], command: string, given = {}): Promise<Result[]> {
  return Promise.all(actors.map((actor) => actor.do<Result>(command, given)))
}

/** Kills the engine now and then, until links and calls are enough. */
async function keepCutting(engine: MortalEngine, cuts: Cuts, callers: readonly ChildActor[]): Promise<void> {
  const calls = async (): Promise<number> => (await all<number>(callers, 'made')).reduce((sum, made) => sum + made, 0)
  while (cuts.made < CUTS || (await calls()) < CALLS) {
    // eslint-disable-next-line local/real-time -- a load on processes
    await delay(20)
    if (cuts.made < CUTS_PER_KILL * (engine.kills + 1)) continue
    cuts.count('killed engine')
    await engine.killAndReplace()
  }
}

test(
  `every call settles once, in time and truly, while links are cut and engines killed (SEED=${String(SEED)})`,
  { timeout: nightly ? 1_800_000 : 120_000 },
  async () => {
    const engine = await MortalEngine.start()
    const cuts = new Cuts()
    const proxy = await chaosProxy(engine.port, () => cuts.next())
    const workers = await workersAt(proxy)
    const callers = workers.slice(2)
    await all(callers, 'call', { inFlight: IN_FLIGHT })
    await keepCutting(engine, cuts, callers)
    await all(callers, 'stop')
    cuts.isOver = true
    // eslint-disable-next-line local/real-time -- calls to a killed engine time out meanwhile
    await delay(TIMEOUT_MS / 4)

    const parts = await all<LedgerPart>(workers, 'ledger')
    const [counts, made] = [countsOf(parts), parts.reduce((sum, { outcomes }) => sum + outcomes.length, 0)]
    console.info(
      `SEED=${String(SEED)}: ${String(made)} calls over ${String(cuts.made)} cuts (${JSON.stringify(cuts.kinds)}): ` +
        `${JSON.stringify(counts)}; slowest ${Math.max(...parts.map(({ slowestMs }) => slowestMs)).toFixed(0)} ms`,
    )
    expect(faultsOf(parts).slice(0, 20), `with SEED=${String(SEED)}`).toEqual([])
    expect(counts['answered']).toBeGreaterThan(made / 4)
    expect(cuts.kinds['killed engine']).toBeGreaterThanOrEqual(CUTS / CUTS_PER_KILL - 1)
    expect(cuts.kinds['half-open']).toBeGreaterThan(0)
    await recovered(callers, engine)
    expect(await all(workers, 'pending')).toEqual(workers.map(() => 0))
  },
)

/** After the last cut everything works again, and the lost connections leave no state. */
async function recovered(callers: readonly ChildActor[], engine: MortalEngine): Promise<void> {
  for (const n of [1e9, 1e9 + 1]) {
    const expected = { n, text: expect.any(String) as string }
    expect(await all(callers, 'answer', { n })).toEqual(callers.map(() => expected))
  }
  expect(await engine.pendingCalls()).toBe(0)
}
