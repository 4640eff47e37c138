/** Durable workflows: lease, write-once, replay, timers, undo (R53). */
import type { Fault } from '../plant.js'

const runs = ['test/behaviour/workflows-run.test.ts']
const changes = ['test/behaviour/workflows-fail-and-change.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'leases-never-end',
    row: 'R53',
    file: 'src/workflow/record.ts',
    symbol: 'attentionOf',
    find: 'run.until > now && run.until - now <= 2 * run.claim.leaseMs',
    replace: 'true',
    tests: runs,
  },
  {
    name: 'journaled-steps-run-again',
    row: 'R53',
    file: 'src/workflow/operate.ts',
    symbol: 'operate',
    find: 'operation.entry?.done ?? (await performed(session, operation, perform))',
    replace: 'await performed(session, operation, perform)',
    tests: runs,
  },
  {
    name: 'left-out-steps-go-unnoticed',
    row: 'R53',
    file: 'src/workflow/journal.ts',
    symbol: 'Replay.checkNew',
    find: 'if (left !== undefined) throw',
    replace: 'if (left === this.#workflow) throw',
    tests: changes,
  },
  {
    name: 'timers-are-not-scheduled',
    row: 'R53',
    file: 'src/workflow/session.ts',
    symbol: 'Session.#waitOrPark',
    find: 'next === Infinity ? undefined : next',
    replace: 'undefined',
    tests: runs,
  },
  {
    name: 'undo-runs-in-the-order-of-the-steps',
    row: 'R53',
    file: 'src/workflow/conclude.ts',
    symbol: 'undone',
    find: 'b.order - a.order',
    replace: 'a.order - b.order',
    tests: changes,
  },
]
