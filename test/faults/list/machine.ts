/** Faults of the machine an engine runs on (R50): a disk that refuses or loses, a wall clock that is set. */
import type { Fault } from '../plant.js'

const stores = ['test/reliability/damaged-stores-are-reported.test.ts']
const cron = ['test/unit/engine/builtins/cron/cron-builtin.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'lost-values-are-not-counted',
    row: 'R50',
    file: 'src/engine/storage/store-totals.ts',
    symbol: 'damageOf',
    find: 'kept.entries !== found.entries',
    replace: 'kept.entries < found.entries',
    tests: stores,
  },
  {
    name: 'changed-values-are-not-noticed',
    row: 'R50',
    file: 'src/engine/storage/store-totals.ts',
    symbol: 'damageOf',
    find: 'kept.digest === found.digest',
    replace: 'kept.digest !== -1',
    tests: stores,
  },
  {
    name: 'the-end-of-the-log-is-not-checked',
    row: 'R50',
    file: 'src/engine/storage/store-totals.ts',
    symbol: 'damageOf',
    find: 'kept.batch < acknowledged.batch',
    replace: 'kept.batch < -1',
    tests: stores,
  },
  {
    name: 'refused-writes-stay-readable',
    row: 'R50',
    file: 'src/engine/storage/level-store.ts',
    symbol: 'LevelStore.#giveUp',
    find: '[...group.changes, ...(later?.changes ?? [])]',
    replace: 'later?.changes ?? []',
    tests: stores,
  },
  {
    name: 'a-failed-database-is-not-reopened',
    row: 'R50',
    file: 'src/engine/storage/level-store.ts',
    symbol: 'LevelStore.#isWritten',
    find: "if (database.status !== 'open') await database.open()",
    replace: '',
    tests: stores,
  },
  {
    name: 'cron-does-not-notice-a-clock-set-back',
    row: 'R50',
    file: 'src/engine/builtins/cron/cron-job.ts',
    symbol: 'CronJob.#nextDueMs',
    find: 'isLongWait ? this.#schedule.next(nowMs) : freshMs',
    replace: 'freshMs',
    tests: cron,
  },
  {
    name: 'cron-repeats-a-tick-after-a-clock-set-back',
    row: 'R50',
    file: 'src/engine/builtins/cron/cron-job.ts',
    symbol: 'CronJob.#nextDueMs',
    find: 'nowMs >= this.#lastDueMs',
    replace: 'nowMs >= 0',
    tests: cron,
  },
]
