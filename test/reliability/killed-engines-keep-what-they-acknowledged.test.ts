import { expect, test } from 'vitest'
import {
  foundIn,
  itemOf,
  KINDS,
  nameIfWhole,
  nothingYet,
  writeUntilKilled,
  type Acknowledged,
  type Kill,
} from '../kit/durable-round.js'
import { seededRandom } from '../kit/seeded-random.js'
import { temporaryFolder } from '../kit/temporary-folder.js'

const ROUNDS = process.env['TIER'] === 'nightly' ? 1000 : 50
/** Engines side by side, each with a folder of its own. */
const LANES = 2

/** Names that were acknowledged and are not there. */
function missing(acknowledged: Acknowledged, found: Acknowledged): string[] {
  return KINDS.flatMap((kind) =>
    [...acknowledged[kind]].filter((name) => !found[kind].has(name)).map((name) => `${kind} ${name}`),
  )
}

interface Lane {
  readonly acknowledged: Acknowledged
  readonly found: Acknowledged
  /** Engines that were killed before they were ready. */
  readonly killedInStart: number
}

/** Kills one engine after the other on the same folder, then looks for everything that was ever acknowledged. */
async function lane(seed: number, rounds: number): Promise<Lane> {
  const folder = await temporaryFolder()
  const random = seededRandom(seed)
  const acknowledged = nothingYet()
  const ran = new Set<string>()
  let [startMs, killedInStart] = [0, 0]
  for (let round = 0; round < rounds; round++) {
    // By the count of what was kept, and at any time from the begin of the process to as long again as its start took.
    const kill: Kill =
      round % 2 === 0 ? { afterItems: 1 + random.below(120) } : { afterMs: random.next() * 2 * startMs }
    const { reached, startedMs } = await writeUntilKilled(folder, acknowledged, { round, kill, ran })
    if (reached === 'writes') startMs = startedMs
    else killedInStart += 1
  }
  return { acknowledged, found: await foundIn(folder, ran, acknowledged.queue), killedInStart }
}

test(
  `${String(ROUNDS)} kills lose nothing that state, streams and queues had acknowledged`,
  { timeout: 3_600_000 },
  async () => {
    const started = performance.now()
    const lanes = await Promise.all(Array.from({ length: LANES }, (_, n) => lane(35 + n, ROUNDS / LANES)))
    const count = (kind: (typeof KINDS)[number]): number =>
      lanes.reduce((sum, { acknowledged }) => sum + acknowledged[kind].size, 0)
    const inStart = lanes.reduce((sum, { killedInStart }) => sum + killedInStart, 0)
    console.info(
      `${String(ROUNDS)} kills, ${String(inStart)} of them in a start: ${KINDS.map((kind) => `${String(count(kind))} ${kind}`).join(', ')} in ${String(Math.round(performance.now() - started))} ms`,
    )
    for (const { acknowledged, found } of lanes) expect(missing(acknowledged, found)).toEqual([])
    for (const kind of KINDS) expect(count(kind)).toBeGreaterThan(ROUNDS)
    expect(inStart).toBeGreaterThan(0)
  },
)

test('the check detects one missing item', () => {
  const [acknowledged, found] = [nothingYet(), nothingYet()]
  for (const kind of KINDS) acknowledged[kind].add('a')
  for (const kind of ['state', 'stream'] as const) found[kind].add('a')
  expect(missing(acknowledged, found)).toEqual(['queue a'])
})

test('the check detects one changed item', () => {
  const item = itemOf('a')
  expect(nameIfWhole(item)).toBe('a')
  for (const changed of [{ ...item, filler: 'x' }, { ...item, more: 1 }, { name: 'a' }])
    expect(nameIfWhole(changed)).toMatch(/^changed/)
})
