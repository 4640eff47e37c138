/**
 * Measures the cost of the workarounds for deviations of an engine: P1 and P2 with and without them, through a relay
 * and through an engine without guarantees.
 *
 * npm run bench:workarounds -- [--rounds 7] [--calls n] [--no-build]
 */
import { prepare } from './compile.js'
import { here } from './contender.js'
import { Group } from './group.js'
import { MeasuredProcess } from './measured-process.js'
import { readOptions } from './options.js'
import { Pair } from './pair.js'
import { reportLines, summarise } from './report.js'
import { interleave } from './rounds.js'
import { seriesOf } from './series.js'
import type { Figure } from './suite.js'

const SIDES = ['raw', 'ours-bare', 'ours', 'ours-traced-bare', 'ours-traced']
const LOAD = { calls: 20_000, inFlight: 64, payloadBytes: 16 }

/** The engine records every call in time, as a lost call would take longer than the whole measurement. */
const NOTHING_GUARANTEED = { silentTopics: true, abruptHandOver: true, delayedWrites: true, lateNotes: { every: 1e9 } }

const PLACES: readonly (readonly [string, string])[] = [
  ['relay', 'nothing'],
  ['engine', JSON.stringify(NOTHING_GUARANTEED)],
]

const { rounds, calls = LOAD.calls, build } = readOptions(process.argv.slice(2))
prepare({ build })
for (const [place, argument] of PLACES) {
  const title = `CPU per call, both ends, 64 in flight, through a ${place} that guarantees nothing`
  console.log(`${reportLines(summarise({ id: 'workarounds', title }, await figures(place, argument)))}\n`)
}

async function figures(place: string, argument: string): Promise<readonly Figure[]> {
  await using router = await MeasuredProcess.start(place, [argument])
  const url = await router.tell<string>('url')
  await using pairs = await Group.start(SIDES.map(here), (contender) => Pair.start(contender, url))
  const results = await interleave(pairs.list, { rounds }, async (pair) => pair.run({ ...LOAD, calls }))
  return [{ unit: 'µs', series: seriesOf(results, ({ cpuUsPerCall }) => cpuUsPerCall), base: 'raw' }]
}
