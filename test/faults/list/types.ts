/** Generated files: text of other programs stays text (R23). */
import type { Fault } from '../plant.js'

const golden = ['test/unit/generate/golden.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'descriptions-end-their-comment',
    row: 'R23',
    file: 'src/generate/type-text.ts',
    symbol: 'docLines',
    find: ".replaceAll('*/', '*\\\\/')",
    replace: '',
    tests: golden,
  },
  {
    name: 'descriptions-are-read-as-compiler-directives',
    row: 'R23',
    file: 'src/generate/type-text.ts',
    symbol: 'docLines',
    find: ".replace(/^([/*\\s]*)@/, '$1\\\\@')",
    replace: '',
    tests: golden,
  },
  {
    name: 'names-keep-invisible-characters',
    row: 'R23',
    file: 'src/generate/type-text.ts',
    symbol: 'stringText',
    find: 'inner.replace(INVISIBLE, ',
    replace: 'inner.replace(/\\u0000/g, ',
    tests: golden,
  },
  {
    name: 'declarations-refer-to-themselves',
    row: 'R23',
    file: 'src/generate/schema-type.ts',
    symbol: 'SchemaTypes.#reference',
    find: 'isWhole && document.leadsTo(target, pointer, MAX_CHAIN)',
    replace: 'isWhole && !document.refersToRoot && target === undefined',
    tests: golden,
  },
  {
    name: 'out-of-date-types-pass-the-check',
    row: 'R23',
    file: 'src/cli/commands/write/types.ts',
    symbol: 'finish',
    find: 'present[at] !== text',
    replace: 'present[at] === undefined',
    tests: ['test/processes/cli-types.test.ts'],
  },
]
