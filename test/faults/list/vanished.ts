/** Peers that vanish: their channels and sockets (R45, R46), and their names (R48). */
import type { Fault } from '../plant.js'

const channels = ['test/reliability/vanished-channel-ends-are-freed.test.ts']
const names = ['test/reliability/closing-peers-free-their-names.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'paused-peers-are-not-probed',
    row: 'R45',
    file: 'src/wire/transport/paused-peers.ts',
    symbol: 'PausedPeers.#tick',
    find: 'if (intervals > 0) peer.probe()',
    replace: '',
    tests: channels,
  },
  {
    name: 'channels-have-no-cap-in-all',
    row: 'R45',
    file: 'src/engine/limits.ts',
    symbol: 'defaultLimits.maxChannelBytes',
    find: '24 * MIB',
    replace: '24_000 * MIB',
    tests: channels,
  },
  {
    name: 'sessions-have-any-number-of-channels',
    row: 'R45',
    file: 'src/engine/limits.ts',
    symbol: 'defaultLimits.maxSessionChannels',
    find: 'maxSessionChannels: 500',
    replace: 'maxSessionChannels: 500_000',
    tests: channels,
  },
  {
    name: 'channels-keep-what-they-delivered',
    row: 'R46',
    file: 'src/engine/channels/channel.ts',
    symbol: 'Channel.pump',
    find: 'reader.deliver(item)',
    replace: 'reader.deliver(item)\n;((this as { kept?: ChannelItem[] }).kept ??= []).push(item)',
    tests: ['test/reliability/soaked-processes-stay-level.test.ts'],
  },
  {
    name: 'links-end-with-their-socket-alone',
    row: 'R48',
    file: 'src/wire/transport/ws-transport.ts',
    symbol: 'WsTransport.#peerEnded',
    find: '!this.#isAccepted',
    replace: 'this.#isAccepted',
    tests: names,
  },
  {
    name: 'closed-peers-keep-their-socket',
    row: 'R48',
    file: 'src/wire/transport/ws-transport.ts',
    symbol: 'LINGER_LIMIT_MS',
    find: 'LINGER_LIMIT_MS = 3_000',
    replace: 'LINGER_LIMIT_MS = 300_000',
    tests: names,
  },
  {
    name: 'cut-writers-leave-their-bytes',
    row: 'R45',
    file: 'src/engine/channels/channel-table.ts',
    symbol: 'CUT_UNREAD_MS',
    find: 'CUT_UNREAD_MS = 5_000',
    replace: 'CUT_UNREAD_MS = 5_000_000',
    tests: ['test/regression/cut-writer-left-its-bytes.test.ts'],
  },
]
