/** Faults of the machine an engine runs on (R50): a disk that refuses or loses, a wall clock that is set. */
import type { Fault } from '../plant.js'

const stores = ['test/reliability/damaged-stores-are-reported.test.ts']
const cron = ['test/unit/engine/builtins/cron/cron-builtin.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'lost-values-are-not-counted',
    row: 'R50',
    file: 'src/engine/storage/store-totals.ts',
    find: 'if (kept.entries !== found.entries) return',
    replace: 'if (kept.entries < found.entries) return',
    tests: stores,
  },
  {
    name: 'changed-values-are-not-noticed',
    row: 'R50',
    file: 'src/engine/storage/store-totals.ts',
    find: 'return kept.digest === found.digest ? undefined',
    replace: 'return kept.digest !== -1 ? undefined',
    tests: stores,
  },
  {
    name: 'the-end-of-the-log-is-not-checked',
    row: 'R50',
    file: 'src/engine/storage/store-totals.ts',
    find: 'if (kept.batch < acknowledged.batch) {',
    replace: 'if (kept.batch < -1) {',
    tests: stores,
  },
  {
    name: 'refused-writes-stay-readable',
    row: 'R50',
    file: 'src/engine/storage/level-store.ts',
    find: 'table.revert([...group.changes, ...(later?.changes ?? [])])',
    replace: 'table.revert(later?.changes ?? [])',
    tests: stores,
  },
  {
    name: 'a-failed-database-is-not-reopened',
    row: 'R50',
    file: 'src/engine/storage/level-store.ts',
    find: "if (database.status !== 'open') await database.open()",
    replace: '',
    tests: stores,
  },
  {
    name: 'cron-does-not-notice-a-clock-set-back',
    row: 'R50',
    file: 'src/engine/builtins/cron/cron-job.ts',
    find: 'return isLongWait ? this.#schedule.next(nowMs) : freshMs',
    replace: 'return freshMs',
    tests: cron,
  },
  {
    name: 'cron-repeats-a-tick-after-a-clock-set-back',
    row: 'R50',
    file: 'src/engine/builtins/cron/cron-job.ts',
    find: 'if (nowMs >= this.#lastDueMs) return',
    replace: 'if (nowMs >= 0) return',
    tests: cron,
  },
]
