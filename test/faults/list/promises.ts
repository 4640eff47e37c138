/** Promises that hang or lie: what a shutdown leaves open (R51). */
import type { Fault } from '../plant.js'

const openHandles = ['test/reliability/shutdown-with-open-handles.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'channel-ends-outlive-their-worker',
    row: 'R51',
    file: 'src/sdk/worker/core.ts',
    find: '    this.channels.cut()\n',
    replace: '',
    tests: openHandles,
  },
  {
    name: 'streamed-responses-are-cut-at-once',
    row: 'R51',
    file: 'src/sdk/channel/writer.ts',
    find: 'responses.add(writer)',
    replace: 'void writer',
    tests: openHandles,
  },
  {
    name: 'abandoned-handlers-keep-the-process',
    row: 'R51',
    file: 'src/sdk/worker/lifecycle/signal-handlers.ts',
    find: 'if (ending === 0 && abandoned > 0)',
    replace: 'if (ending > 0 && abandoned > 0)',
    tests: openHandles,
  },
]
