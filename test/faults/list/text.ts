/** Text that an engine cannot read (R49), and the boundary around the handling of frames (R19). */
import type { Fault } from '../plant.js'

const TEXT = ['test/reliability/unreadable-text-is-not-sent.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'halves-of-pairs-are-sent-as-they-are',
    row: 'R49',
    file: 'src/wire/protocol/codec.ts',
    find: '  return withoutLoneSurrogates(text)\n',
    replace: '  void withoutLoneSurrogates\n  return text\n',
    tests: TEXT,
  },
  {
    name: 'nesting-is-not-limited',
    row: 'R49',
    file: 'src/wire/protocol/codec.ts',
    find: "  if (findJsonFault(text, limits) === 'too_deep') refuseNesting(",
    replace: "  if (findJsonFault(text, limits) === 'too_deep' && text === '') refuseNesting(",
    tests: TEXT,
  },
  {
    name: 'telemetry-is-sent-as-it-is',
    row: 'R49',
    file: 'src/sdk/telemetry/export/signals.ts',
    find: "  if (!json.includes('\\\\ud') && !json.includes(NO_NUMBER)) return json\n",
    replace: '  if (json.length > 0) return json\n',
    tests: TEXT,
  },
  {
    name: 'log-records-nest-deeper-than-is-read',
    row: 'R49',
    file: 'src/sdk/telemetry/logs/log-value.ts',
    find: 'export const MAX_DATA_LEVELS = 28\n',
    replace: 'export const MAX_DATA_LEVELS = 32\n',
    tests: TEXT,
  },
  {
    name: 'what-handling-a-frame-throws-goes-on',
    row: 'R19',
    file: 'src/wire/transport/transport.ts',
    find: '    failFrame(events, error)\n',
    replace: '    throw error\n',
    tests: ['test/regression/wide-payload-ended-the-process.test.ts'],
  },
]
