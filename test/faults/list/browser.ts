/** Workers and followers in web pages, and web-standard handlers. */
import type { Fault } from '../plant.js'

const pages = ['test/behaviour/workers-in-pages.test.ts']
const handlers = ['test/behaviour/serving-web-handlers.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'triggers-of-pages-are-not-registered-again',
    row: 'R5',
    file: 'src/sdk/browser/core.ts',
    symbol: 'BrowserCore.constructor',
    find: 'this.functions, this.triggers]',
    replace: 'this.functions]',
    tests: pages,
  },
  {
    name: 'pages-connect-without-their-ticket',
    row: 'R22',
    file: 'src/sdk/browser/options.ts',
    symbol: 'withTicket',
    find: 'ticket === undefined',
    replace: "ticket === undefined || address !== ''",
    tests: pages,
  },
  {
    name: 'cut-channels-of-pages-end-cleanly',
    row: 'R15',
    file: 'src/sdk/browser/channels.ts',
    symbol: 'ChannelReader.constructor',
    find: 'error === undefined',
    replace: "error === undefined || error.code !== ''",
    tests: pages,
  },
  {
    name: 'followers-that-fell-behind-stay-behind',
    row: 'R5',
    file: 'src/sdk/browser/follow-stream.ts',
    symbol: 'Follower.#startOver',
    find: 'sendIfOpen(this.#frames.join)',
    replace: 'sendIfOpen(this.#frames.leave)',
    tests: pages,
  },
  {
    name: 'web-handlers-run-on-when-the-client-leaves',
    row: 'R41',
    file: 'src/sdk/worker/fetch/serve-fetch.ts',
    symbol: 'serve',
    find: 'context instanceof HandlerContext',
    replace: 'context instanceof Promise',
    tests: handlers,
  },
  {
    name: 'broken-bodies-of-web-handlers-end-cleanly',
    row: 'R15',
    file: 'src/sdk/worker/fetch/serve-fetch.ts',
    symbol: 'send',
    find: 'writer.stream.destroy(error instanceof Error ? error : undefined)',
    replace: 'await writer.close()',
    tests: handlers,
  },
  {
    name: 'files-of-forms-have-no-limit',
    row: 'R17',
    file: 'src/sdk/worker/fetch/parse-form.ts',
    symbol: 'Reading.constructor',
    find: "stream.once('limit'",
    replace: "stream.once('never'",
    tests: handlers,
  },
]
