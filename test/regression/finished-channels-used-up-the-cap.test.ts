import { expect, test } from 'vitest'
import { ChannelTable } from '../../src/engine/channels/channel-table.js'
import { createCounters } from '../../src/engine/counters.js'
import { defaultLimits } from '../../src/engine/limits.js'
import { silentLog } from '../../src/std/log.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { seededRandom } from '../kit/seeded-random.js'

const end = { hold: () => undefined, release: () => undefined, drop: () => undefined }
const sink = { full: false, deliver: () => undefined, finish: () => undefined, drop: () => undefined }

test('channels that are over do not count against the cap, those in use do', () => {
  const table = new ChannelTable({
    counters: createCounters(),
    clock: new VirtualClock(),
    random: seededRandom(1),
    limits: { ...defaultLimits, maxChannels: 2 },
    log: silentLog,
  })
  for (let i = 0; i < 10; i++) {
    const { channel } = table.create()
    channel.attachWriter(end)
    channel.attachReader(sink)
    channel.endInput()
  }
  table.create()
  table.create()
  expect(() => table.create()).toThrow('which is the limit')
})
