/** Calls in flight (R2): each has to settle when its link ends. */
import type { Fault } from '../plant.js'

export const faults: readonly Fault[] = [
  {
    name: 'written-calls-outlive-their-link',
    row: 'R2',
    file: 'src/sdk/rpc/calls.ts',
    symbol: 'Calls.failWritten',
    find: 'call.isWritten',
    replace: '!call.isWritten',
    tests: ['test/reliability/lost-links-end-calls-at-once.test.ts'],
  },
]
