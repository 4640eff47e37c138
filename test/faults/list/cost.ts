/** What content costs (R43, R44): limits on what JSON holds, and work that is slow by content. */
import type { Fault } from '../plant.js'

const json = ['test/reliability/costly-json-is-refused.test.ts']
const slow = ['test/reliability/work-that-is-slow-by-content.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'values-of-a-message-are-not-counted',
    row: 'R43',
    file: 'src/std/json/json-outline.ts',
    symbol: 'JsonOutline.#value',
    find: 'this.#limits.maxNodes',
    replace: 'Infinity',
    tests: json,
  },
  {
    name: 'values-of-a-body-are-not-counted',
    row: 'R43',
    file: 'src/engine/builtins/http/request/request-body.ts',
    symbol: 'readBody',
    find: "if (outline.fault === 'too_many_nodes') resolve('too-many-values')\nelse resolve",
    replace: 'resolve',
    tests: json,
  },
  {
    name: 'patterns-are-matched-by-backtracking',
    row: 'R44',
    file: 'src/engine/builtins/configuration/value-schema.ts',
    symbol: 'Patterns.inPlaceOfRegExp',
    find: 'return { test: (text: string) => compile(source).test(text) }',
    replace: "compile(source)\nreturn new native(source, 'u')",
    tests: slow,
  },
  {
    name: 'large-values-are-read-in-one-piece',
    row: 'R44',
    file: 'src/engine/storage/large-updates.ts',
    symbol: 'Reading.step',
    find: 'PIECE_CHARACTERS',
    replace: '',
    tests: slow,
  },
  {
    name: 'unread-messages-of-workers-are-not-counted',
    row: 'R43',
    file: 'src/engine/links/send-side.ts',
    symbol: 'SendSide.forward',
    find: 'this.#unread.set(bufferedBytes)',
    replace: 'this.#unread.set(0)',
    tests: ['test/regression/unread-messages-filled-the-memory.test.ts'],
  },
  {
    name: 'events-go-to-all-receivers-at-once',
    row: 'R44',
    file: 'src/std/time/pace.ts',
    symbol: 'PORTION',
    find: 'PORTION = 64',
    replace: 'PORTION = 1_000_000',
    tests: ['test/regression/events-for-many-held-up-the-engine.test.ts'],
  },
  {
    name: 'unfinished-messages-are-not-counted',
    row: 'R43',
    file: 'src/wire/transport/ws-accept.ts',
    symbol: 'guardFrames',
    find: 'guard.unfinishedBytes',
    replace: '0',
    tests: ['test/regression/unfinished-messages-filled-the-memory.test.ts'],
  },
  {
    name: 'messages-that-do-not-go-on-are-kept',
    row: 'R43',
    file: 'src/wire/transport/large-messages.ts',
    symbol: 'LargeMessages.#lookAtAll',
    find: 'MAX_IDLE_LOOKS',
    replace: 'Infinity',
    tests: ['test/regression/unfinished-messages-filled-the-memory.test.ts'],
  },
  {
    name: 'registrations-weigh-nothing',
    row: 'R43',
    file: 'src/engine/registry/owned-bytes.ts',
    symbol: 'OwnedBytes.add',
    find: 'this.#of(owner) + bytes',
    replace: 'this.#of(owner) + 0 * bytes',
    tests: ['test/regression/registrations-filled-the-memory.test.ts'],
  },
]
