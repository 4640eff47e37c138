import { expect, test } from 'vitest'
import { foundIn, KINDS, nothingYet, writeUntilKilled, type Acknowledged } from '../kit/durable-round.js'
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

/** Kills one engine after the other on the same folder, then looks for everything that was ever acknowledged. */
async function lane(seed: number, rounds: number): Promise<[Acknowledged, Acknowledged]> {
  const folder = await temporaryFolder()
  const random = seededRandom(seed)
  const acknowledged = nothingYet()
  const ran = new Set<string>()
  for (let round = 0; round < rounds; round++) {
    await writeUntilKilled(folder, acknowledged, { round, after: 1 + random.below(120), ran })
  }
  return [acknowledged, await foundIn(folder, ran, acknowledged.queue)]
}

test(
  `${String(ROUNDS)} kills lose nothing that state, streams and queues had acknowledged`,
  { timeout: 3_600_000 },
  async () => {
    const started = performance.now()
    const lanes = await Promise.all(Array.from({ length: LANES }, (_, n) => lane(35 + n, ROUNDS / LANES)))
    const count = (kind: (typeof KINDS)[number]): number => lanes.reduce((sum, [kept]) => sum + kept[kind].size, 0)
    console.info(
      `${String(ROUNDS)} kills: ${KINDS.map((kind) => `${String(count(kind))} ${kind}`).join(', ')} in ${String(Math.round(performance.now() - started))} ms`,
    )
    for (const [acknowledged, found] of lanes) expect(missing(acknowledged, found)).toEqual([])
    for (const kind of KINDS) expect(count(kind)).toBeGreaterThan(ROUNDS)
  },
)

test('the check sees one item that is not there', () => {
  const [acknowledged, found] = [nothingYet(), nothingYet()]
  for (const kind of KINDS) acknowledged[kind].add('a')
  for (const kind of ['state', 'stream'] as const) found[kind].add('a')
  expect(missing(acknowledged, found)).toEqual(['queue a'])
})
