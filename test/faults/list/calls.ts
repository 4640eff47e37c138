/** Calls in flight (R2): each has to settle when its link ends. */
import type { Fault } from '../plant.js'

export const faults: readonly Fault[] = [
  {
    name: 'written-calls-outlive-their-link',
    row: 'R2',
    file: 'src/sdk/rpc/calls.ts',
    find: 'this.#failEach((call) => call.isWritten, reasonFor)',
    replace: 'this.#failEach((call) => !call.isWritten, reasonFor)',
    tests: ['test/reliability/lost-links-end-calls-at-once.test.ts'],
  },
]
