import { expect, test } from 'vitest'
import { ChannelTable } from '../../../../src/engine/channels/channel-table.js'
import { createCounters } from '../../../../src/engine/counters.js'
import { defaultLimits } from '../../../../src/engine/limits.js'
import { silentLog } from '../../../../src/std/log.js'
import { VirtualClock } from '../../../../src/std/time/virtual-clock.js'
import { seededRandom } from '../../../kit/seeded-random.js'

const MINUTE_MS = 60_000

function tableWith(maxChannels = 100, maxSessionChannels = 10): { table: ChannelTable; clock: VirtualClock } {
  const clock = new VirtualClock()
  const limits = { ...defaultLimits, maxChannels, maxSessionChannels }
  const random = seededRandom(3)
  return { clock, table: new ChannelTable({ counters: createCounters(), clock, random, limits, log: silentLog }) }
}

const end = { hold: () => undefined, release: () => undefined, drop: () => undefined }
const reader = { full: false, deliver: () => undefined, finish: () => undefined, drop: () => undefined }

test('a channel is found by its id and key only', () => {
  const { table } = tableWith()
  const { channel, writer } = table.create()
  const { channel_id: id, access_key: key } = writer
  expect(table.find(id, key)).toBe(channel)
  for (const wrong of ['', 'x', key.slice(1), `${key}0`, key.replace(/.$/, 'g'), id]) {
    expect(table.find(id, wrong)).toBeUndefined()
  }
  expect(table.find('nope', key)).toBeUndefined()
  expect(table.find('nope', '00000000-0000-0000-0000-000000000000')).toBeUndefined()
  expect(table.find('__proto__', key)).toBeUndefined()
})

test('a channel is removed after five minutes when one end never connects', async () => {
  const { table, clock } = tableWith()
  const lonely = table.create()
  lonely.channel.attachWriter(end)
  const used = table.create()
  used.channel.attachWriter(end)
  used.channel.attachReader(reader)
  await clock.advance(5 * MINUTE_MS)
  expect(table.size).toBe(2)
  await clock.advance(MINUTE_MS)
  expect(table.size).toBe(1)
  expect(table.find(used.reader.channel_id, used.reader.access_key)).toBe(used.channel)
})

test('a finished channel is forgotten with the next sweep, and an empty table needs no timer', async () => {
  const { table, clock } = tableWith()
  const { channel } = table.create()
  channel.attachWriter(end)
  channel.attachReader(reader)
  channel.endInput()
  await clock.advance(MINUTE_MS)
  expect([table.size, clock.pendingTimers]).toEqual([0, 0])
  table.create()
  expect(clock.pendingTimers).toBe(1)
  table.close()
  expect([table.size, clock.pendingTimers]).toEqual([0, 0])
})

test('the number of open channels is limited', () => {
  const { table } = tableWith(1)
  const { writer } = table.create()
  expect(() => table.create()).toThrow(expect.objectContaining({ code: 'invocation_error' }) as Error)
  table.destroy(writer.channel_id)
  table.destroy(writer.channel_id)
  table.create()
})

test('the number of channels of a session is limited, which does not affect other sessions or the engine', () => {
  const { table } = tableWith(100, 2)
  const [first] = [table.create(1, 'greedy'), table.create(1, 'greedy')]
  expect(() => table.create(1, 'greedy')).toThrow('This session has 2 channels, which is the limit')
  table.create(1, 'other')
  for (let i = 0; i < 5; i++) table.create()
  table.destroy(first.writer.channel_id)
  expect(table.create(1, 'greedy').channel.over).toBe(false)
})

test('an abandoned channel is not found any more', () => {
  const { table } = tableWith()
  const { channel, reader: ref } = table.create(1)
  channel.attachWriter(end)
  channel.push('x')
  channel.writerCut()
  expect([table.find(ref.channel_id, ref.access_key), table.size]).toEqual([undefined, 0])
})
