/** Heap of a pending call: many calls to a function that never answers. */
import { contenders, type Contender } from '../contender.js'
import { MeasuredProcess } from '../measured-process.js'
import { SIDE_NAMES } from '../processes/side.js'
import { interleave } from '../rounds.js'
import { seriesOf } from '../series.js'
import type { Suite } from '../suite.js'
import { until } from '../until.js'

const PENDING_CALLS = 100_000

/** A few calls come before the first measurement, so that code loaded or compiled on first use does not count. */
const FIRST_CALLS = 1000

async function heapPerCall({ side, root }: Contender, calls: number): Promise<number> {
  await using relay = await MeasuredProcess.start('relay')
  const url = await relay.tell<string>('url')
  await using silent = await MeasuredProcess.start('silent', [url])
  await using caller = await MeasuredProcess.start('end', [side, url], root)
  const functionId = 'bench::silent'
  await silent.tell('serve', functionId)
  const hold = async (more: number, inAll: number): Promise<number> => {
    await caller.tell('hold', { functionId, calls: more })
    // A call counts once it has been sent: before, its frame is in memory, too.
    await until(`${inAll} calls to arrive`, async () => (await silent.tell<number>('taken')) >= inAll)
    return caller.heapBytes()
  }
  const before = await hold(FIRST_CALLS, FIRST_CALLS)
  return ((await hold(calls, FIRST_CALLS + calls)) - before) / calls
}

export const heapPerPendingCall: Suite = {
  id: 'p5',
  title: 'Heap per pending call, at the caller',
  async run(options) {
    const { rounds, calls = PENDING_CALLS } = options
    // Each round has new processes, so no warm-up is needed.
    const results = await interleave(
      contenders(options, SIDE_NAMES, 'ours'),
      { rounds: Math.min(rounds, 5), warmUpRounds: 0 },
      (contender) => heapPerCall(contender, calls),
    )
    const series = seriesOf(results, (bytes) => bytes)
    return [{ unit: 'B', series, goal: { of: 'ours', limit: 750, want: 'at most' } }]
  },
}
