/** Heap of the local engine per connected worker, with the functions it serves. */
import { contenders, type Contender } from '../contender.js'
import { MeasuredProcess } from '../measured-process.js'
import { interleave } from '../rounds.js'
import { seriesOf } from '../series.js'
import type { Suite } from '../suite.js'

const CROWD = { workers: 1000, functionsPerWorker: 10 }

async function heapPerWorkerKb({ side, root }: Contender): Promise<number> {
  await using engine = await MeasuredProcess.start(side, [], root)
  await using crowd = await MeasuredProcess.start('crowd', [await engine.tell<string>('url')])
  // A few workers connect first, so that code loaded or compiled for the first worker does not count.
  await crowd.tell('join', { prefix: 'first', workers: 10, functionsPerWorker: 10 })
  const before = await engine.heapBytes()
  await crowd.tell('join', { prefix: 'crowd', ...CROWD })
  return ((await engine.heapBytes()) - before) / CROWD.workers / 1024
}

export const engineHeap: Suite = {
  id: 'p12',
  title: 'Heap of the engine per worker: 1,000 workers with 10 functions each',
  async run(options) {
    const sides = contenders(options, ['engine'], 'engine')
    // Each round has new processes, so no warm-up is needed.
    const rounds = Math.min(options.rounds, 5)
    const results = await interleave(sides, { rounds, warmUpRounds: 0 }, heapPerWorkerKb)
    const series = seriesOf(results, (kb) => kb)
    return [{ unit: 'KB', series, goal: { of: 'engine', limit: 40, want: 'at most' } }]
  },
}
