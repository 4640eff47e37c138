import { expect, test } from 'vitest'
import type { ChannelPayload } from '../../../../src/engine/builtins/builtin.js'
import { Channel } from '../../../../src/engine/channels/channel.js'
import { ChannelAccount, ChannelMemory } from '../../../../src/engine/channels/channel-memory.js'

const MIB = 1024 * 1024

function memoryOf(maxBytes: number, onGivenUp = (): void => undefined): ChannelMemory {
  return new ChannelMemory({ maxBytes, reserveBytes: maxBytes, onGivenUp })
}

function channelFor(maxItems: number, account = new ChannelAccount(memoryOf(32 * MIB))): Channel {
  return new Channel({ maxItems, account, onDestroyed: () => undefined, onCutUnread: () => undefined })
}

function writerEnd() {
  const events: string[] = []
  return {
    events,
    hold: () => events.push('hold'),
    release: () => events.push('release'),
    drop: () => events.push('drop'),
  }
}

/** A reader that accepts `room` items before it is full. */
function readerEnd(room = Infinity) {
  const end = {
    items: [] as ChannelPayload[],
    events: [] as string[],
    room,
    get full() {
      return end.items.length >= end.room
    },
    deliver: (item: ChannelPayload) => end.items.push(item),
    finish: () => end.events.push('finish'),
    drop: () => end.events.push('drop'),
  }
  return end
}

test('items wait for the reader in order, and a full buffer pauses the writer', () => {
  const channel = channelFor(2)
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
  const channel = channelFor(8)
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

test('each end can be taken once', () => {
  const channel = channelFor(1)
  expect([channel.attachWriter(writerEnd()), channel.attachWriter(writerEnd())]).toEqual([true, false])
  expect([channel.attachReader(readerEnd()), channel.attachReader(readerEnd())]).toEqual([true, false])
  channel.endInput()
  expect([channel.attachWriter(writerEnd()), channel.attachReader(readerEnd())]).toEqual([false, false])
})

test('a writer whose reader has left is closed at its next item', () => {
  const channel = channelFor(4)
  const writer = writerEnd()
  channel.attachWriter(writer)
  channel.attachReader(readerEnd())
  channel.readerGone()
  expect(writer.events).toEqual([])
  expect(channel.push('x')).toBe(false)
  expect(writer.events).toEqual(['drop'])
})

test('a writer is notified at once when queued items can no longer be read', () => {
  const channel = channelFor(4)
  const writer = writerEnd()
  channel.attachWriter(writer)
  channel.attachReader(readerEnd(0))
  channel.push('x')
  channel.readerGone()
  expect(writer.events).toEqual(['drop'])
})

test('many bytes fill the buffer as many items do', () => {
  const channel = channelFor(1024)
  const writer = writerEnd()
  channel.attachWriter(writer)
  expect(channel.push(new Uint8Array(16 * 1024 * 1024))).toBe(false)
  expect(writer.events).toEqual(['hold'])
})

test('destroying drops both ends and the items between them', () => {
  const channel = channelFor(4)
  const writer = writerEnd()
  const reader = readerEnd(0)
  channel.attachWriter(writer)
  channel.attachReader(reader)
  channel.push('x')
  channel.destroy()
  expect([writer.events, reader.items, reader.events, channel.over]).toEqual([['drop'], [], ['drop'], true])
})

test('a writer that is cut while it is held back ends its reader with an error, one that was read to the end does not', () => {
  const [held, read] = [channelFor(1), channelFor(4)]
  const [heldReader, reader] = [readerEnd(0), readerEnd()]
  held.attachReader(heldReader)
  read.attachReader(reader)
  for (const channel of [held, read]) {
    channel.attachWriter(writerEnd())
    channel.push('x')
    channel.writerCut()
  }
  expect([heldReader.events, reader.events]).toEqual([['drop'], ['finish']])
})

test('sessions with more than an equal share of the memory wait, the others go on', async () => {
  const memory = memoryOf(1000)
  const [greedy, modest] = [new ChannelAccount(memory), new ChannelAccount(memory)]
  const [first, second, other] = [channelFor(64, greedy), channelFor(64, greedy), channelFor(64, modest)]
  const writer = writerEnd()
  second.attachWriter(writer)
  expect(first.push('x'.repeat(600))).toBe(true)
  expect(second.push('x'.repeat(200))).toBe(false)
  expect([other.push('y'), other.push('y')]).toEqual([true, true])
  first.attachReader(readerEnd())
  await Promise.resolve()
  expect(writer.events).toEqual(['hold', 'release'])
  expect(greedy.bytes).toBe(200 + 128)
})

test('finished channels without a reader are removed when the limit is reached, the oldest first, and are counted', () => {
  let givenUp = 0
  const memory = memoryOf(1000, () => (givenUp += 1))
  const made = Array.from({ length: 3 }, () => {
    const channel = channelFor(64, new ChannelAccount(memory))
    channel.push('x'.repeat(400))
    channel.endInput()
    return channel
  })
  const live = channelFor(64, new ChannelAccount(memory))
  expect(live.push('x'.repeat(600))).toBe(false)
  expect([givenUp, ...made.map(({ over }) => over), live.over]).toEqual([1, true, false, false, false])
})

test('a channel that continues to write over the limit is closed, and its bytes are released', () => {
  let givenUp = 0
  const account = new ChannelAccount(memoryOf(1000, () => (givenUp += 1)))
  const channel = channelFor(64, account)
  const [writer, reader] = [writerEnd(), readerEnd(0)]
  channel.attachWriter(writer)
  channel.attachReader(reader)
  expect(channel.push('x'.repeat(1500))).toBe(false)
  expect(channel.push('x'.repeat(500))).toBe(false)
  expect([writer.events, reader.events, givenUp, account.bytes]).toEqual([['hold', 'drop'], ['drop'], 1, 0])
})
