/** Backlogs and limits of workflows on a worker (R53). */
import type { Fault } from '../plant.js'

const R53 = { row: 'R53', tests: ['test/regression/workflow-backlogs-waited-for-sweeps.test.ts'] } as const

export const faults: readonly Fault[] = [
  {
    ...R53,
    name: 'sweeps-end-when-a-worker-has-enough-to-do',
    file: 'src/workflow/host.ts',
    symbol: 'Host.sweep',
    find: 'await this.#room()',
    replace: 'return',
  },
  {
    ...R53,
    name: 'free-places-stay-with-their-workflow',
    file: 'src/workflow/host.ts',
    symbol: 'Host.#pumpAll',
    find: 'for (const pump of waiting) pump()',
    replace: 'waiting.at(-1)?.()',
  },
  {
    row: 'R53',
    tests: ['test/behaviour/workflows-within-limits.test.ts'],
    name: 'workers-that-end-are-not-counted',
    file: 'src/workflow/host.ts',
    symbol: 'Host.#through',
    find: 'crashes >= MAX_CRASHES',
    replace: 'crashes < 0',
  },
]
