/** The local engine: what it keeps (R35), how it works jobs and schedules off (R36), and that it answers (R37). */
import type { Fault } from '../plant.js'

const killedEngines = ['test/reliability/killed-engines-keep-what-they-acknowledged.test.ts']
const queue = ['test/unit/engine/builtins/queue/queue-model.test.ts']
const cron = ['test/unit/engine/builtins/cron/cron-expression.test.ts']
const calls = ['test/reliability/engine-answers-every-call.test.ts']
const shares = ['test/behaviour/workers-have-fair-shares.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'store-acknowledges-before-the-disk',
    row: 'R35',
    file: 'src/engine/storage/level-store.ts',
    find: 'await database.batch(operations',
    replace: 'void database.batch(operations',
    tests: ['test/unit/engine/storage/level-store.test.ts'],
  },
  {
    name: 'state-is-acknowledged-before-it-is-kept',
    row: 'R35',
    file: 'src/engine/builtins/state/state-values.ts',
    find: "await this.#keep({ kind: 'put', space: scope, key, value }, 'SET_ERROR')",
    replace: "setTimeout(() => void this.#keep({ kind: 'put', space: scope, key, value }, 'SET_ERROR'), 20)",
    tests: killedEngines,
  },
  {
    name: 'jobs-are-acknowledged-before-they-are-kept',
    row: 'R35',
    file: 'src/engine/builtins/queue/journal/ledger.ts',
    find: 'await journal.write(jobs.map((job) => ({ job })))',
    replace: 'setTimeout(() => void journal.write(jobs.map((job) => ({ job }))), 20)',
    tests: killedEngines,
  },
  {
    name: 'a-start-takes-what-is-kept-off-the-disk',
    row: 'R35',
    file: 'src/engine/storage/level-database.ts',
    find: 'const entry = entryOf(id, value, state)',
    replace:
      'await database.del(id)\nsetTimeout(() => void database.put(id, value).catch(() => 0), 100)\nconst entry = entryOf(id, value, state)',
    tests: killedEngines,
  },
  {
    name: 'values-come-back-changed',
    row: 'R35',
    file: 'src/engine/storage/level-database.ts',
    find: 'return { place, space, key, text }',
    replace: "return { place, space, key, text: text.replace('xxxx', 'xxx') }",
    tests: killedEngines,
  },
  {
    name: 'jobs-get-one-attempt-too-many',
    row: 'R36',
    file: 'src/engine/builtins/queue/attempts.ts',
    find: 'failed.attempts < policy.maxAttempts',
    replace: 'failed.attempts <= policy.maxAttempts',
    tests: queue,
  },
  {
    name: 'retries-lose-their-place-in-the-group',
    row: 'R36',
    file: 'src/engine/builtins/queue/job-queue.ts',
    find: '      lane.current = outcome.job\n',
    replace:
      '      lane.current = lane.behind?.shift() ?? outcome.job\n      if (lane.current !== outcome.job) lane.behind?.push(outcome.job, 0, 0)\n',
    tests: queue,
  },
  {
    name: 'one-job-too-many-runs-at-once',
    row: 'R36',
    file: 'src/engine/builtins/queue/job-queue.ts',
    find: 'this.#running < this.policy.concurrency',
    replace: 'this.#running <= this.policy.concurrency',
    tests: queue,
  },
  {
    name: 'weekdays-count-from-zero',
    row: 'R36',
    file: 'src/engine/builtins/cron/cron-expression.ts',
    find: 'alternativeWeekdays: true',
    replace: 'alternativeWeekdays: false',
    tests: cron,
  },
  {
    name: 'either-day-field-is-enough',
    row: 'R36',
    file: 'src/engine/builtins/cron/cron-expression.ts',
    find: 'domAndDow: true',
    replace: 'domAndDow: false',
    tests: cron,
  },
  {
    name: 'schedules-run-in-local-time',
    row: 'R36',
    file: 'src/engine/builtins/cron/cron-expression.ts',
    find: '    utcOffset: 0,\n',
    replace: "    timezone: 'Europe/Berlin',\n",
    tests: cron,
  },
  {
    name: 'call-is-noted-after-it-is-forwarded',
    row: 'R37',
    file: 'src/engine/calls/router.ts',
    find: '    const replaced = this.#pending.add(pending)\n    if (replaced !== undefined) this.#endReplaced(replaced)\n',
    replace:
      '    setTimeout(() => {\n      const replaced = this.#pending.add(pending)\n      if (replaced !== undefined) this.#endReplaced(replaced)\n    }, 1)\n',
    tests: calls,
  },
  {
    name: 'answers-are-passed-on-twice',
    row: 'R37',
    file: 'src/engine/calls/pending-calls.ts',
    find: '    this.#byId.delete(invocationId)\n    call.callee.serving.delete(call)\n    return call\n',
    replace: '    call.callee.serving.delete(call)\n    return call\n',
    tests: calls,
  },
  {
    name: 'shares-of-a-turn-have-no-end',
    row: 'R37',
    file: 'src/engine/links/receive-side.ts',
    find: "if (this.#frames >= MAX_TURN_FRAMES || this.#bytes >= MAX_TURN_BYTES) this.#wait('tick')",
    replace: '',
    tests: shares,
  },
  {
    name: 'paused-sockets-hand-over-what-was-read',
    row: 'R37',
    file: 'src/wire/transport/ws-transport.ts',
    find: 'if (this.#isPaused || this.#unread.length > 0) this.#unread.push({ data: data as Buffer, isBinary })\n      else ',
    replace: '',
    tests: shares,
  },
  {
    name: 'close-frames-overtake-what-waits-unread',
    row: 'R37',
    file: 'src/wire/transport/ws-transport.ts',
    find: "      if (!this.#saidGoodbye) this.#handUnread('all')\n",
    replace: '',
    tests: shares,
  },
]
