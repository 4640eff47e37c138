/** Hostile input (R19, R20), what is left after work (R31) and hostile user code (R41). */
import type { Fault } from '../plant.js'

const FUZZ = ['test/reliability/mutated-frames-are-survived.test.ts']
const FLOODS = ['test/reliability/floods-are-stopped.test.ts']
const HEAP = ['test/reliability/the-heap-stays-level.test.ts']
const CALLBACKS = ['test/reliability/hostile-callbacks-are-survived.test.ts']
const STREAMS = ['test/reliability/hostile-streams-are-survived.test.ts']
const OPTIONS = ['test/reliability/hostile-options-are-survived.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'frames-that-are-no-json-throw',
    row: 'R19',
    file: 'src/wire/protocol/codec.ts',
    symbol: 'parse',
    find: '{\nreturn undefined\n}',
    replace: '(error) {\nthrow error\n}',
    tests: FUZZ,
  },
  {
    name: 'triggers-of-a-worker-that-left-are-kept',
    row: 'R19',
    file: 'src/engine/links/session.ts',
    symbol: 'Session.#leave',
    find: 'bindings.leave(this)',
    replace: 'void bindings',
    tests: FUZZ,
  },
  {
    name: 'engine-keeps-what-it-was-sent',
    row: 'R19',
    file: 'src/engine/links/session.ts',
    symbol: 'Session.message',
    find: 'this.#message',
    replace: ';(globalThis.kept ??= []).push(Buffer.alloc(4_096, 1))\nthis.#message',
    tests: FUZZ,
  },
  {
    name: 'one-frame-in-thousands-blocks-the-loop',
    row: 'R19',
    file: 'src/sdk/worker/invocations/inbox.ts',
    symbol: 'unreadable',
    find: 'parts.report',
    replace:
      'globalThis.seen = (globalThis.seen ?? 0) + 1\nconst spent = process.cpuUsage()\nwhile (globalThis.seen % 5_000 === 0 && process.cpuUsage(spent).user < 250_000);\nparts.report',
    tests: FUZZ,
  },
  {
    name: 'fragments-are-not-counted',
    row: 'R20',
    file: 'src/wire/transport/ws-accept.ts',
    symbol: 'listen',
    find: 'MAX_FRAGMENTS',
    replace: '0',
    tests: FLOODS,
  },
  {
    name: 'control-frames-amid-a-message-are-not-counted',
    row: 'R20',
    file: 'src/wire/transport/framing/frame-guard.ts',
    symbol: 'FrameGuard.#begin',
    find: "if (this.#controls > this.#limits.maxControls) return 'maxControls'",
    replace: '',
    tests: FLOODS,
  },
  {
    name: 'words-of-others-begin-lines-of-their-own',
    row: 'R26',
    file: 'src/sdk/worker/diagnostics/diagnostics.ts',
    symbol: 'complain',
    find: 'oneLine(text)',
    replace: 'text',
    tests: ['test/reliability/log-lines-cannot-be-forged.test.ts'],
  },
  {
    name: 'finished-channels-are-kept',
    row: 'R31',
    file: 'src/engine/channels/channel-table.ts',
    symbol: 'ChannelTable.#sweepNow',
    find: 'if (channel.over || (',
    replace: 'if ((',
    tests: HEAP,
  },
  {
    name: 'ended-triggers-stay-with-their-owner',
    row: 'R31',
    file: 'src/engine/triggers/trigger-table.ts',
    symbol: 'TriggerTable.remove',
    find: 'else depart(this.#byOwner, trigger.owner, trigger)',
    replace: '',
    tests: HEAP,
  },
  {
    name: 'what-a-listener-throws-goes-on',
    row: 'R41',
    file: 'src/std/async/emitter.ts',
    symbol: 'Emitter.#tell',
    find: 'this.#onListenerError(error)',
    replace: 'throw error',
    tests: CALLBACKS,
  },
  {
    name: 'what-a-listener-throws-is-reported-twice',
    row: 'R41',
    file: 'src/std/async/emitter.ts',
    symbol: 'Emitter.#tell',
    find: '{\nthis.#onListenerError(error)\n}',
    replace: '{\nthis.#onListenerError(error)\nthis.#onListenerError(error)\n}',
    tests: CALLBACKS,
  },
  {
    name: 'promises-of-other-realms-are-not-adopted',
    row: 'R41',
    file: 'src/std/async/deferred.ts',
    symbol: 'isPromise',
    find: " || Object.prototype.toString.call(value) === '[object Promise]'",
    replace: '',
    tests: CALLBACKS,
  },
  {
    name: 'listeners-to-streams-may-end-the-process',
    row: 'R41',
    file: 'src/sdk/channel/reader.ts',
    symbol: 'ChannelReader.#createStream',
    find: 'this.#stream?.destroy(asError(error))',
    replace: 'throw error',
    tests: STREAMS,
  },
  {
    name: 'calls-that-cannot-be-written-stay-open',
    row: 'R41',
    file: 'src/sdk/worker/calls/call.ts',
    symbol: 'checkedCall',
    find: 'const frame = encode(caller, send, opened.id)',
    replace: "let frame = ''\ntry {\nframe = encode(caller, send, opened.id)\n} catch {\nreturn\n}",
    tests: OPTIONS,
  },
]
