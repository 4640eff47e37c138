/** Text that an engine cannot read (R49), and the boundary around the handling of frames (R19). */
import type { Fault } from '../plant.js'

const TEXT = ['test/reliability/unreadable-text-is-not-sent.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'halves-of-pairs-are-sent-as-they-are',
    row: 'R49',
    file: 'src/wire/protocol/codec.ts',
    symbol: 'toText',
    find: 'return withoutLoneSurrogates(text)',
    replace: 'void withoutLoneSurrogates\nreturn text',
    tests: TEXT,
  },
  {
    name: 'nesting-is-not-limited',
    row: 'R49',
    file: 'src/wire/protocol/codec.ts',
    symbol: 'toText',
    find: 'nestsDeeper(text, maxDepth)',
    replace: 'false',
    tests: TEXT,
  },
  {
    name: 'telemetry-is-sent-as-it-is',
    row: 'R49',
    file: 'src/sdk/telemetry/export/signals.ts',
    symbol: 'readable',
    find: "!json.includes('\\\\ud') && !json.includes(NO_NUMBER)",
    replace: 'json.length > 0',
    tests: TEXT,
  },
  {
    name: 'log-records-nest-deeper-than-is-read',
    row: 'R49',
    file: 'src/sdk/telemetry/logs/log-value.ts',
    symbol: 'MAX_DATA_LEVELS',
    find: 'MAX_DATA_LEVELS = 28',
    replace: 'MAX_DATA_LEVELS = 32',
    tests: TEXT,
  },
  {
    name: 'what-handling-a-frame-throws-goes-on',
    row: 'R19',
    file: 'src/wire/transport/transport.ts',
    symbol: 'handFrame',
    find: 'failFrame(events, error)',
    replace: 'throw error',
    tests: ['test/regression/wide-payload-ended-the-process.test.ts'],
  },
]
