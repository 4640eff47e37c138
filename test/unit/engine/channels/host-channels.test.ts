import { expect, test } from 'vitest'
import { ChannelTable } from '../../../../src/engine/channels/channel-table.js'
import type { ChannelPayload } from '../../../../src/engine/builtins/builtin.js'
import type { ChannelRef } from '../../../../src/engine/channels/channels.js'
import { createHostChannels } from '../../../../src/engine/channels/host-channels.js'
import { defaultLimits } from '../../../../src/engine/limits.js'
import { createCounters } from '../../../../src/engine/counters.js'
import { silentLog } from '../../../../src/std/log.js'
import { VirtualClock } from '../../../../src/std/time/virtual-clock.js'
import { seededRandom } from '../../../kit/seeded-random.js'

function setUp() {
  const table = new ChannelTable({
    counters: createCounters(),
    clock: new VirtualClock(),
    random: seededRandom(3),
    limits: defaultLimits,
    log: silentLog,
  })
  const channelOf = (ref: ChannelRef) => table.find(ref.channel_id, ref.access_key)!
  return { table, channels: createHostChannels(table), channelOf }
}

test('the engine writes as fast as the reader reads', async () => {
  const { channels, channelOf } = setUp()
  const out = channels.createOutgoing(2)
  await out.write('a')
  let done = false
  const second = out.write('b').then(() => {
    done = true
  })
  await Promise.resolve()
  expect(done).toBe(false)
  const items: ChannelPayload[] = []
  const events: string[] = []
  channelOf(out.reader).attachReader({
    full: false,
    deliver: (item) => items.push(item),
    finish: () => events.push('finish'),
    drop: () => events.push('drop'),
  })
  await second
  out.end()
  expect([items, events]).toEqual([['a', 'b'], ['finish']])
})

test('a write fails once the reader is gone or the channel destroyed', async () => {
  const { channels, channelOf, table } = setUp()
  const out = channels.createOutgoing(1)
  const channel = channelOf(out.reader)
  channel.attachReader({ full: false, deliver: () => undefined, finish: () => undefined, drop: () => undefined })
  await out.write('a')
  channel.readerGone()
  await expect(out.write('b')).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
  await expect(out.write('c')).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
  const other = channels.createOutgoing(1)
  const waiting = expect(other.write('x')).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
  other.destroy()
  await waiting
  out.destroy()
  expect(table.size).toBe(0)
})

test('the engine reads a worker’s items and pauses the worker while it is slow', async () => {
  const { channels, channelOf, table } = setUp()
  const incoming = channels.createIncoming(1)
  const events: string[] = []
  const channel = channelOf(incoming.writer)
  channel.attachWriter({
    hold: () => events.push('hold'),
    release: () => events.push('release'),
    drop: () => events.push('drop'),
  })
  expect(channel.push('a')).toBe(true)
  expect(channel.push('b')).toBe(false)
  channel.endInput()
  const items: ChannelPayload[] = []
  for await (const item of incoming.items) items.push(item)
  expect(items).toEqual(['a', 'b'])
  expect(table.size).toBe(0)
})

test('a reading engine that stops, or destroys the channel, drops the writer', async () => {
  const { channels, channelOf } = setUp()
  const incoming = channels.createIncoming(4)
  const events: string[] = []
  const end = { hold: () => undefined, release: () => undefined, drop: () => events.push('drop') }
  channelOf(incoming.writer).attachWriter(end)
  channelOf(incoming.writer).push('a')
  for await (const item of incoming.items) {
    expect(item).toBe('a')
    break
  }
  expect(events).toEqual(['drop'])
  const other = channels.createIncoming()
  channelOf(other.writer).attachWriter(end)
  const reading = (async () => {
    for await (const item of other.items) expect(item).toBeUndefined()
  })()
  other.destroy()
  await reading
  expect(events).toEqual(['drop', 'drop'])
})
