/** Links cut at any byte (R1), drains and releases (R9), calls without an engine (R12), peers that do not read (R13). */
import type { Fault } from '../plant.js'

const cuts = ['test/reliability/cut-links-settle-every-call.test.ts']
const drains = ['test/reliability/drains-lose-nothing.test.ts']
const drainsInMemory = ['test/behaviour/shutdown.test.ts']
const takingOver = ['test/behaviour/taking-names-over.test.ts']
const offline = ['test/reliability/offline-calls-are-bounded.test.ts']
const stalled = ['test/reliability/stalled-peers-are-bounded.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'lost-calls-claim-not-to-have-been-sent',
    row: 'R1',
    file: 'src/worker/ended-calls.ts',
    find: "{ outcome: 'unknown', cause }",
    replace: "{ outcome: 'not_sent', cause }",
    tests: cuts,
  },
  {
    name: 'waiting-frames-are-sent-twice',
    row: 'R1',
    file: 'src/connection/outbox.ts',
    find: 'send(waiting.frame)',
    replace: 'send(waiting.frame), send(waiting.frame)',
    tests: cuts,
  },
  {
    name: 'drains-do-not-wait-for-handlers',
    row: 'R9',
    file: 'src/worker/shutdown.ts',
    find: 'await core.served.idle()',
    replace: 'await Promise.resolve()',
    tests: drains,
  },
  {
    name: 'abandoned-handlers-are-not-told',
    row: 'R9',
    file: 'src/worker/shutdown.ts',
    find: 'if (abandoned > 0) served.abortAll(drainOver(drainTimeoutMs))',
    replace: '',
    tests: drainsInMemory,
  },
  {
    name: 'links-are-not-kept-awake',
    row: 'R9',
    file: 'src/connection/keepalive.ts',
    find: 'this.#ping()\n        this.#schedulePing()',
    replace: 'this.#schedulePing()',
    tests: drainsInMemory,
  },
  {
    name: 'calls-on-their-way-to-a-drain-are-refused',
    row: 'R9',
    file: 'src/worker/shutdown.ts',
    find: '  functions.withdrawAll()\n',
    replace: '  functions.forgetAll()\n',
    tests: drainsInMemory,
  },
  {
    name: 'refused-names-are-not-asked-for-again',
    row: 'R9',
    file: 'src/worker/conflicts.ts',
    find: 'this.#ports.functions.announceAgain(id)',
    replace: 'void id',
    tests: takingOver,
  },
  {
    name: 'triggers-do-not-wait-with-their-function',
    row: 'R9',
    file: 'src/worker/conflicts.ts',
    find: 'this.#ports.triggers.hold(id)',
    replace: 'void id',
    tests: takingOver,
  },
  {
    name: 'callers-of-a-worker-that-left-are-not-told',
    row: 'R9',
    file: 'src/engine/session.ts',
    find: 'router.leave(this)',
    replace: 'void router',
    tests: ['test/reliability/killed-workers-free-their-names.test.ts'],
  },
  {
    name: 'functions-of-a-worker-that-left-are-kept',
    row: 'R9',
    file: 'src/engine/session.ts',
    find: 'directory.leave(this)',
    replace: 'void directory',
    tests: ['test/reliability/killed-workers-free-their-names.test.ts'],
  },
  {
    name: 'queues-hold-four-times-their-cap',
    row: 'R12',
    file: 'src/std/bounded-queue.ts',
    find: 'this.#bytes + bytes > this.#caps.maxBytes',
    replace: 'this.#bytes + bytes > 4 * this.#caps.maxBytes',
    tests: offline,
  },
  {
    name: 'workers-write-to-full-sockets',
    row: 'R13',
    file: 'src/connection/connection.ts',
    find: 'transport.bufferedBytes > HIGH_WATER_BYTES',
    replace: 'transport.bufferedBytes > 4 * HIGH_WATER_BYTES',
    tests: stalled,
  },
  {
    name: 'engines-write-to-full-sockets',
    row: 'R13',
    file: 'src/engine/router.ts',
    find: 'if (callee.congested) {',
    replace: 'if (callee.congested && callee.id === undefined) {',
    tests: stalled,
  },
  {
    name: 'calls-refused-for-slow-workers-are-not-counted',
    row: 'R13',
    file: 'src/engine/router.ts',
    find: '      refused.callsToSlowWorkers += 1\n',
    replace: '',
    tests: stalled,
  },
  {
    name: 'written-voids-of-lost-links-are-not-counted',
    row: 'R12',
    file: 'src/worker/link-events.ts',
    find: '    this.#parts.unconfirmedVoids.linkLost()\n',
    replace: '',
    tests: ['test/behaviour/delivery-contract.test.ts'],
  },
  {
    name: 'dropped-dead-letters-are-not-counted',
    row: 'R13',
    file: 'src/engine/builtins/queue/ledger.ts',
    find: '    counters.dropped.deadLetters += letters.length\n',
    replace: '',
    tests: ['test/unit/engine/builtins/queue/named-queues.test.ts'],
  },
]
