/** Promises that hang or lie: what a shutdown leaves open (R51). */
import type { Fault } from '../plant.js'

const openHandles = ['test/reliability/shutdown-with-open-handles.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'channel-ends-outlive-their-worker',
    row: 'R51',
    file: 'src/sdk/worker/core.ts',
    symbol: 'Core.end',
    find: 'this.channels.cut()',
    replace: '',
    tests: openHandles,
  },
  {
    name: 'streamed-responses-are-cut-at-once',
    row: 'R51',
    file: 'src/sdk/channel/writer.ts',
    symbol: 'holdDrain',
    find: 'responses.add(writer)',
    replace: 'void writer',
    tests: openHandles,
  },
  {
    name: 'abandoned-handlers-keep-the-process',
    row: 'R51',
    file: 'src/sdk/worker/lifecycle/signal-handlers.ts',
    symbol: 'installSignalHandlers',
    find: 'ending === 0',
    replace: 'ending > 0',
    tests: openHandles,
  },
]
