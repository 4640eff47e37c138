/** What becomes of a call: errors keep their meaning (R28), giving up works at any moment (R29). */
import type { Fault } from '../plant.js'

const errors = ['test/reliability/errors-keep-their-meaning.test.ts']
const aborting = ['test/behaviour/aborting-at-any-moment.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'thrown-errors-lose-their-code',
    row: 'R28',
    file: 'src/wire/protocol/error-body.ts',
    symbol: 'body',
    find: "typeof code === 'string' ? code : ErrorCode.invocation_failed",
    replace: 'ErrorCode.invocation_failed',
    tests: errors,
  },
  {
    name: 'errors-of-another-copy-are-strangers',
    row: 'R28',
    file: 'src/std/brand.ts',
    symbol: 'BRANDS',
    find: 'Symbol.for',
    replace: 'Symbol',
    tests: errors,
  },
  {
    name: 'causes-are-dropped',
    row: 'R28',
    file: 'src/errors.ts',
    symbol: 'IIIError.constructor',
    find: 'super(message, options)',
    replace: 'super(message)',
    tests: errors,
  },
  {
    name: 'signals-keep-their-listeners',
    row: 'R29',
    file: 'src/std/async/abort-links.ts',
    symbol: 'AbortLinks.remove',
    find: "signal.removeEventListener('abort', link.onAbort)",
    replace: 'void link.onAbort',
    tests: aborting,
  },
  {
    name: 'aborted-calls-wait-for-their-deadline',
    row: 'R29',
    file: 'src/std/async/abort-links.ts',
    symbol: 'AbortLinks.add',
    find: 'for (const each of items) this.#onAborted(each, signal.reason)',
    replace: 'for (const each of [...items].slice(1)) this.#onAborted(each, signal.reason)',
    tests: aborting,
  },
  {
    name: 'handlers-do-not-hear-of-the-end',
    row: 'R29',
    file: 'src/sdk/rpc/served.ts',
    symbol: 'Served.abort',
    find: 'this.#controller?.abort(reason)',
    replace: 'void this.#controller',
    tests: aborting,
  },
]
