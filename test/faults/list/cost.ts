/** What content costs (R43, R44): limits on what JSON holds, and work that is slow by content. */
import type { Fault } from '../plant.js'

const json = ['test/reliability/costly-json-is-refused.test.ts']
const slow = ['test/reliability/work-that-is-slow-by-content.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'values-of-a-message-are-not-counted',
    row: 'R43',
    file: 'src/std/json/json-outline.ts',
    find: 'if (this.#values > this.#limits.maxNodes) this.#fault',
    replace: 'if (this.#values > Infinity) this.#fault',
    tests: json,
  },
  {
    name: 'values-of-a-body-are-not-counted',
    row: 'R43',
    file: 'src/engine/builtins/http/request/request-body.ts',
    find: "if (outline.fault === 'too_many_nodes') resolve('too-many-values')\n      else resolve",
    replace: 'resolve',
    tests: json,
  },
  {
    name: 'patterns-are-matched-by-backtracking',
    row: 'R44',
    file: 'src/engine/builtins/configuration/value-schema.ts',
    find: 'return { test: (text: string) => compile(source).test(text) }',
    replace: "compile(source)\n      return new native(source, 'u')",
    tests: slow,
  },
  {
    name: 'large-values-are-read-in-one-piece',
    row: 'R44',
    file: 'src/engine/storage/large-updates.ts',
    find: 'step(PIECE_CHARACTERS)',
    replace: 'step()',
    tests: slow,
  },
  {
    name: 'unread-messages-of-workers-are-not-counted',
    row: 'R43',
    file: 'src/engine/links/send-side.ts',
    find: 'this.#unread.set(bufferedBytes)',
    replace: 'this.#unread.set(0)',
    tests: ['test/regression/unread-messages-filled-the-memory.test.ts'],
  },
  {
    name: 'unread-messages-of-stream-clients-are-not-counted',
    row: 'R43',
    file: 'src/engine/builtins/stream/lossy-outbox.ts',
    find: 'this.#unread.set(this.#transport.bufferedBytes + this.#waiting.bytes)',
    replace: 'this.#unread.set(0)',
    tests: ['test/regression/unread-messages-filled-the-memory.test.ts'],
  },
  {
    name: 'large-events-go-to-as-many-receivers-as-small-ones',
    row: 'R44',
    file: 'src/engine/triggers/fan-out.ts',
    find: 'Math.max(1, Math.floor(PORTION_CHARACTERS / text.length))',
    replace: 'PORTION',
    tests: ['test/regression/events-for-many-held-up-the-engine.test.ts'],
  },
  {
    name: 'events-go-to-all-receivers-at-once',
    row: 'R44',
    file: 'src/std/time/pace.ts',
    find: 'export const PORTION = 64',
    replace: 'export const PORTION = 1_000_000',
    tests: ['test/regression/events-for-many-held-up-the-engine.test.ts'],
  },
  {
    name: 'unfinished-messages-are-not-counted',
    row: 'R43',
    file: 'src/wire/transport/ws-accept.ts',
    find: 'message?.set(guard.unfinishedBytes)',
    replace: 'message?.set(0)',
    tests: ['test/regression/unfinished-messages-filled-the-memory.test.ts'],
  },
  {
    name: 'messages-that-do-not-go-on-are-kept',
    row: 'R43',
    file: 'src/wire/transport/shared-bytes.ts',
    find: 'if (share.idleLooks > MAX_IDLE_LOOKS)',
    replace: 'if (share.idleLooks > Infinity)',
    tests: ['test/regression/unfinished-messages-filled-the-memory.test.ts'],
  },
  {
    name: 'registrations-weigh-nothing',
    row: 'R43',
    file: 'src/engine/registry/owned-bytes.ts',
    find: 'const sum = this.#of(owner) + bytes',
    replace: 'const sum = this.#of(owner) + 0 * bytes',
    tests: ['test/regression/registrations-filled-the-memory.test.ts'],
  },
]
