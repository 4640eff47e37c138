/** Channels: back-pressure from end to end (R14), and nothing missing without an error (R15). */
import type { Fault } from '../plant.js'

const slowReader = ['test/reliability/slow-readers-hold-their-writers.test.ts']
const cut = ['test/reliability/cut-channels-are-noticed.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'engine-reads-on-for-a-slow-reader',
    row: 'R14',
    file: 'src/engine/channels/channel-sockets.ts',
    symbol: 'writer',
    find: 'transport.pause()',
    replace: 'undefined',
    tests: slowReader,
  },
  {
    name: 'writer-buffers-without-end',
    row: 'R14',
    file: 'src/sdk/channel/writer.ts',
    symbol: 'ChannelWriter.#waitForRoom',
    find: 'WRITER_BUFFER_BYTES',
    replace: '1000 * WRITER_BUFFER_BYTES',
    tests: slowReader,
  },
  {
    name: 'reader-takes-more-than-it-is-asked-for',
    row: 'R14',
    file: 'src/sdk/channel/item-queue.ts',
    symbol: 'FULL_BYTES',
    find: 'FULL_BYTES = 1024 * 1024',
    replace: 'FULL_BYTES = 1024 * 1024 * 1024',
    tests: slowReader,
  },
  {
    name: 'cut-channel-ends-cleanly',
    row: 'R15',
    file: 'src/sdk/channel/endpoint.ts',
    symbol: 'errorOf',
    find: 'code === CloseCode.NORMAL || code === CloseCode.NO_STATUS',
    replace: 'code <= CloseCode.ABNORMAL && status === undefined',
    tests: cut,
  },
  {
    name: 'writer-does-not-tell-of-a-cut-after-its-close',
    row: 'R15',
    file: 'src/sdk/channel/writer.ts',
    symbol: 'ChannelWriter.#close',
    find: 'this.#isHandedOver = true',
    replace: 'this.#isHandedOver = false',
    tests: cut,
  },
  {
    name: 'channels-of-a-killed-engine-end-cleanly',
    row: 'R15',
    file: 'src/sdk/channel/endpoint.ts',
    symbol: 'errorOf',
    find: 'code === CloseCode.NORMAL || code === CloseCode.NO_STATUS',
    replace: 'code <= CloseCode.ABNORMAL && status === undefined',
    tests: ['test/reliability/killed-channel-ends.test.ts'],
  },
  {
    name: 'writers-do-not-see-that-their-socket-failed',
    row: 'R15',
    file: 'src/wire/transport/ws-transport.ts',
    symbol: 'WsTransport.isOpen',
    find: '&& this.#socket?.writable !== false',
    replace: '',
    tests: ['test/regression/channel-wrote-on-to-a-dead-socket.test.ts'],
  },
  {
    name: 'end-overtakes-what-is-buffered',
    row: 'R15',
    file: 'src/engine/channels/channel.ts',
    symbol: 'Channel.pump',
    find: "this.#items.length === 0 && this.#writer === 'done'",
    replace: "this.#writer === 'done'",
    tests: ['test/reliability/large-transfers-arrive-whole.test.ts'],
  },
]
