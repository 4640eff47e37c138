import { expect, test } from 'vitest'
import type { ChannelItem } from '../../../src/engine/builtin.js'
import { Channel } from '../../../src/engine/channel.js'

function writerEnd() {
  const events: string[] = []
  return {
    events,
    hold: () => events.push('hold'),
    release: () => events.push('release'),
    drop: () => events.push('drop'),
  }
}

/** A reader that takes `room` items before it is full. */
function readerEnd(room = Infinity) {
  const end = {
    items: [] as ChannelItem[],
    events: [] as string[],
    room,
    get full() {
      return end.items.length >= end.room
    },
    deliver: (item: ChannelItem) => end.items.push(item),
    finish: () => end.events.push('finish'),
    drop: () => end.events.push('drop'),
  }
  return end
}

test('items wait for the reader in order, and a full buffer holds the writer until there is room', () => {
  const channel = new Channel(2)
  const writer = writerEnd()
  channel.attachWriter(writer)
  expect([channel.push('a'), channel.push('b')]).toEqual([true, false])
  expect(writer.events).toEqual(['hold'])
  const reader = readerEnd(1)
  channel.attachReader(reader)
  expect([reader.items, writer.events]).toEqual([['a'], ['hold', 'release']])
  reader.room = 5
  channel.pump()
  channel.endInput()
  expect([reader.items, reader.events, channel.over]).toEqual([['a', 'b'], ['finish'], true])
})

test('the end comes after everything written, empty items included', () => {
  const channel = new Channel(8)
  channel.attachWriter(writerEnd())
  for (const item of ['', new Uint8Array(0), 'last']) channel.push(item)
  channel.endInput()
  const reader = readerEnd(2)
  channel.attachReader(reader)
  expect(reader.events).toEqual([])
  reader.room = 3
  channel.pump()
  expect([reader.items.length, reader.events]).toEqual([3, ['finish']])
})

test('each end is given away once', () => {
  const channel = new Channel(1)
  expect([channel.attachWriter(writerEnd()), channel.attachWriter(writerEnd())]).toEqual([true, false])
  expect([channel.attachReader(readerEnd()), channel.attachReader(readerEnd())]).toEqual([true, false])
  channel.endInput()
  expect([channel.attachWriter(writerEnd()), channel.attachReader(readerEnd())]).toEqual([false, false])
})

test('a writer learns that its reader is gone by its next item', () => {
  const channel = new Channel(4)
  const writer = writerEnd()
  channel.attachWriter(writer)
  channel.attachReader(readerEnd())
  channel.readerGone()
  expect(writer.events).toEqual([])
  expect(channel.push('x')).toBe(false)
  expect(writer.events).toEqual(['drop'])
})

test('a writer learns it at once when items wait that nobody will read', () => {
  const channel = new Channel(4)
  const writer = writerEnd()
  channel.attachWriter(writer)
  channel.attachReader(readerEnd(0))
  channel.push('x')
  channel.readerGone()
  expect(writer.events).toEqual(['drop'])
})

test('many bytes fill the buffer as many items do', () => {
  const channel = new Channel(1024)
  const writer = writerEnd()
  channel.attachWriter(writer)
  expect(channel.push(new Uint8Array(16 * 1024 * 1024))).toBe(false)
  expect(writer.events).toEqual(['hold'])
})

test('destroying drops both ends and whatever is in between', () => {
  const channel = new Channel(4)
  const writer = writerEnd()
  const reader = readerEnd(0)
  channel.attachWriter(writer)
  channel.attachReader(reader)
  channel.push('x')
  channel.destroy()
  expect([writer.events, reader.items, reader.events, channel.over]).toEqual([['drop'], [], ['drop'], true])
})
